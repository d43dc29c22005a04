"""`rapport policies`: what it prints, and its exit codes."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rapport.cli.policies import app
from rapport.clock import utc_now
from rapport.store.conversations import Conversation
from rapport.store.database import Database
from rapport.store.schema import migrate
from rapport.store.unanswered import UnansweredQuestion, note_unanswered

run = CliRunner().invoke


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rules = tmp_path / "rules"
    rules.mkdir()
    shutil.copy("rules/policies.yml", rules)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAPPORT_RULES_DIR", str(rules))
    monkeypatch.setenv("RAPPORT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    return rules


def keep(folder: Path, *asked: tuple[str, int]) -> None:
    """Questions, and how many days ago each was asked."""

    async def fill() -> None:
        database, now = Database(f"sqlite+aiosqlite:///{folder.parent}/shop.db"), utc_now()
        await migrate(database)
        async with database.session() as session:
            session.add(Conversation(id="c", channel="web", language="zh", opened_at=now))
            await session.flush()
            for number, (text, days) in enumerate(asked):
                at = now - timedelta(days=days)
                question = UnansweredQuestion(
                    conversation_id="c",
                    message_id=str(number),
                    language="zh",
                    intent="out_of_scope",
                    text=text,
                    at=at,
                )
                note_unanswered(session, question)
        await database.close()

    asyncio.run(fill())


def test_unanswered_questions_are_listed_the_most_frequent_first(folder: Path) -> None:
    keep(folder, ("收古董吗", 1), ("收古董吗", 2), ("有猫吗", 0), ("很久以前", 40))
    listed = run(app, ["unanswered", "--json"])
    assert [(one["text"], one["times"]) for one in json.loads(listed.stdout)] == [("收古董吗", 2), ("有猫吗", 1)]
    assert listed.exit_code == 0


def test_a_longer_look_back_and_a_shorter_list(folder: Path) -> None:
    keep(folder, ("收古董吗", 1), ("很久以前", 40))
    assert len(json.loads(run(app, ["unanswered", "--json", "--days", "60"]).stdout)) == 2
    assert len(json.loads(run(app, ["unanswered", "--json", "--days", "60", "--limit", "1"]).stdout)) == 1


def test_nothing_unanswered_is_said(folder: Path) -> None:
    keep(folder)
    listed = run(app, ["unanswered"])
    assert (listed.exit_code, "was answered" in listed.stderr) == (0, True)


def test_ask_tells_what_a_question_would_find(folder: Path) -> None:
    found, none = run(app, ["ask", "积分会过期吗", "--json"]), run(app, ["ask", "今天星期几", "--json"])
    assert (found.exit_code, json.loads(found.stdout)["nearest"][0]["topic"]) == (0, "points_expiry")
    assert (none.exit_code, json.loads(none.stdout)["answered"]) == (1, False)


def test_ask_names_file_and_line_of_a_broken_file(folder: Path) -> None:
    (folder / "policies.yml").write_text("answers: {}\nbuttons: {}\ntopics: []\n", encoding="utf-8")
    refused = run(app, ["ask", "积分会过期吗"])
    assert (refused.exit_code, "policies.yml:3: must be a mapping" in refused.stderr.replace("\n", "")) == (2, True)
