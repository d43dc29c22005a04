"""`rapport rules`: what it prints, and its exit codes."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from rapport.cli.rules import app
from rapport.store.customers import add_customer
from rapport.store.database import Database
from rapport.store.journeys import RuleVersion
from rapport.store.schema import migrate

GOOD = "{rule: a, when: {intent: greet}, then: {tag: a}, tests: [{given: {}, expect: {tag: a}}]}"
run = CliRunner().invoke


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAPPORT_RULES_DIR", str(folder))
    monkeypatch.setenv("RAPPORT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    return folder


@pytest.fixture
def shop(folder: Path) -> str:
    """The address of a database with one customer, who is called mei."""

    async def open_shop() -> None:
        database = Database(url)
        await migrate(database)
        async with database.session() as session:
            await add_customer(session, {"external_id": "mei"}, now=datetime(2026, 1, 1, tzinfo=UTC))
        await database.close()

    url = f"sqlite+aiosqlite:///{folder.parent}/shop.db"
    asyncio.run(open_shop())
    return url


def test_good_rules_are_fine(folder: Path) -> None:
    (folder / "a.yml").write_text(GOOD)
    checked, tested = run(app, ["check", "--json"]), run(app, ["test", "--json"])
    assert (checked.exit_code, json.loads(checked.stdout)) == (0, {"rules": 1, "errors": []})
    assert (tested.exit_code, json.loads(tested.stdout)) == (0, {"tests": 1, "failures": [], "errors": []})


def test_a_broken_rule_is_a_finding_with_its_line(folder: Path) -> None:
    (folder / "a.yml").write_text("rule: a\nwhn: {intent: greet}\nthen: {tag: a}\n")
    checked = run(app, ["check", str(folder), "--json"])
    message = '"whn" has no meaning in the rule; did you mean "when"?'
    assert (checked.exit_code, json.loads(checked.stdout)["errors"]) == (
        1, [{"file": f"{folder}/a.yml", "line": 2, "message": message}],
    )  # fmt: skip


def test_a_failing_test_is_a_finding_with_its_line(folder: Path) -> None:
    (folder / "a.yml").write_text(GOOD.replace("expect: {tag: a}", "expect: {tag: b}"))
    tested = run(app, ["test", "--json"])
    assert (tested.exit_code, json.loads(tested.stdout)["failures"]) == (
        1, [{"file": f"{folder}/a.yml", "line": 1, "message": "a, test 1: expected tag b, came tag a"}],
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [["check", "nowhere"], ["apply", "."], ["explain", "1", "none"]])
def test_wrong_usage_is_told(folder: Path, arguments: list[str]) -> None:
    assert run(app, arguments).exit_code == 2


async def kept(url: str) -> list[str]:
    database = Database(url)
    async with database.reading() as session:
        rules = list(await session.scalars(select(RuleVersion.rule)))
    await database.close()
    return rules


def test_applied_rules_are_kept_and_broken_ones_are_not(folder: Path, shop: str) -> None:
    (folder / "a.yml").write_text(GOOD.replace("expect: {tag: a}", "expect: nothing"))
    assert (run(app, ["apply"]).exit_code, asyncio.run(kept(shop))) == (1, [])
    (folder / "a.yml").write_text(GOOD)
    assert (run(app, ["apply"]).exit_code, asyncio.run(kept(shop))) == (0, ["a"])


def test_a_rule_is_explained_for_a_customer(folder: Path, shop: str) -> None:
    (folder / "a.yml").write_text("{rule: a, when: {intent: greet}, if: {tag: vip}, then: {tag: b}}")
    explained = run(app, ["explain", "mei", "a", "--json"])
    said = json.loads(explained.stdout)
    assert (explained.exit_code, said["acts"], said["findings"]) == (
        1, False, [{"asked": "tag vip", "actual": "no tags", "holds": False, "depth": 0}],
    )  # fmt: skip


def test_a_customer_who_is_not_there_is_told(folder: Path, shop: str) -> None:
    (folder / "a.yml").write_text(GOOD)
    assert run(app, ["explain", "nobody", "a"]).exit_code == 2
