"""The doctor finds what is amiss, says what to do, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from demo.bot_api import BotApi, serving
from rapport.cli.main import app


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which nothing has been set up, but for one rule with a mistake in its third line."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAPPORT_SMTP_URL", "smtp://127.0.0.1:9")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yml").write_text("rule: a\nwhen: {intent: greet}\nthan: {tag: a}\n")
    return tmp_path


def examine() -> tuple[int, dict[str, dict[str, str]]]:
    finished = CliRunner().invoke(app, ["doctor", "--json"])
    return finished.exit_code, {finding["what"]: finding for finding in json.loads(finished.stdout)}


def test_what_is_amiss_is_told_with_what_to_do(home: Path) -> None:
    code, found = examine()
    amiss = {what for what, finding in found.items() if finding["state"] == "amiss"}
    assert code == 1
    assert amiss >= {"database", "rules", "model segmentation", "model conversion", "mail relay"}
    assert [what for what in amiss if not found[what]["advice"]] == []


def test_a_rule_s_mistake_is_told_with_file_and_line(home: Path) -> None:
    _, found = examine()
    assert "a.yml:3" in found["rules"]["detail"]


def test_a_mistake_in_the_desk_s_file_is_told_too(home: Path) -> None:
    assert examine()[1]["desk"]["state"] == "fine"
    (home / "rules" / "desk.yml").write_text("hours:\n  week: {mon: noon}\n")
    found = examine()[1]["desk"]
    assert (found["state"], "desk.yml:2" in found["detail"]) == ("amiss", True)


def test_a_migrated_database_is_fine(home: Path) -> None:
    assert CliRunner().invoke(app, ["migrate"]).exit_code == 0
    assert examine()[1]["database"]["state"] == "fine"


def test_looking_leaves_no_database_behind(home: Path) -> None:
    examine()
    assert not (home / "var" / "rapport.db").exists()


def test_a_worker_s_clock_that_runs_ahead_is_amiss(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_WORKER_CLOCK_AHEAD", "PT2H")
    assert examine()[1]["worker's clock"]["state"] == "amiss"


def test_without_an_admin_or_her_second_factor_the_doctor_says_so(home: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    assert "`rapport agents add" in examine()[1]["staff"]["advice"]
    added = runner.invoke(app, ["agents", "add", "mei", "--role", "admin"], input="tulip ladder moon\n" * 2)
    assert added.exit_code == 0
    assert examine()[1]["staff"]["detail"] == "no second factor: mei"


def test_plain_http_beyond_this_machine_is_amiss(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "public address" not in examine()[1]
    monkeypatch.setenv("RAPPORT_PUBLIC_URL", "http://shop.example")
    assert examine()[1]["public address"]["state"] == "amiss"


def test_a_bot_is_asked_for_its_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert examine()[1]["telegram"]["state"] == "note"
    with bot_api_in_a_thread() as api:
        monkeypatch.setenv("RAPPORT_TELEGRAM_API_URL", api.url)
        monkeypatch.setenv("RAPPORT_TELEGRAM_TOKEN", api.token)
        found = examine()[1]["telegram"]
        assert (found["state"], found["detail"]) == ("fine", "@halfhill_bot answers; updates: polling")
        monkeypatch.setenv("RAPPORT_TELEGRAM_TOKEN", "1:nobody")
        assert examine()[1]["telegram"]["detail"] == "the token is of no bot"
    assert examine()[1]["telegram"]["state"] == "amiss"


def test_pick_up_points_with_a_mistake_are_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "rules" / "pickup-points.yml").write_text("points: 5\n")
    with bot_api_in_a_thread() as api:
        monkeypatch.setenv("RAPPORT_TELEGRAM_API_URL", api.url)
        monkeypatch.setenv("RAPPORT_TELEGRAM_TOKEN", api.token)
        found = examine()[1]["pick-up points"]
    assert (found["state"], "pickup-points.yml:1" in found["detail"]) == ("amiss", True)


@contextmanager
def bot_api_in_a_thread() -> Iterator[BotApi]:
    """The doctor has an event loop of its own, so the server has another."""
    api, up, down = BotApi(), threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(api):
            up.set()
            await asyncio.to_thread(down.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    up.wait(10)
    try:
        yield api
    finally:
        down.set()
        thread.join()
