from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rapport.cli.main import app
from rapport.store.conversations import Conversation
from rapport.store.database import Database
from rapport.store.proposals import Proposal
from rapport.store.schema import migrate

NOW = datetime(2026, 3, 1, tzinfo=UTC)
THERE = 'version: "3.1"\nnlu:\n  - intent: thank\n    examples: |\n      - 谢啦\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    url = f"sqlite+aiosqlite:///{tmp_path}/review.db"
    monkeypatch.setenv("RAPPORT_DATABASE_URL", url)

    async def fill() -> None:
        database = Database(url)
        await migrate(database)
        async with database.session() as session:
            session.add(Conversation(id="a" * 32, channel="web", language="zh", opened_at=NOW))
            await session.flush()
            for seq, (text, intent) in enumerate((("催一下", "order_status"), ("谢啦", "praise"))):
                session.add(
                    Proposal(
                        conversation_id="a" * 32, seq=seq, language="zh", text=text, heard="nlu_fallback",
                        intent=intent, proposed_by="lin", at=NOW,
                    )
                )  # fmt: skip
        await database.close()

    asyncio.run(fill())
    (tmp_path / "nlu" / "zh").mkdir(parents=True)
    (tmp_path / "nlu" / "zh" / "talk.yml").write_text(THERE, encoding="utf-8")
    return tmp_path / "nlu"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["review", *arguments])
    return result.exit_code, result.stdout


def test_proposals_are_written_once_and_a_contradiction_is_refused(folder: Path) -> None:
    code, out = run("write", str(folder), "--json")
    told = json.loads(out)
    assert (code, [one["text"] for one in told["written"]]) == (1, ["催一下"])
    assert told["refused"][0]["why"] == f"stands in {folder}/zh/talk.yml:5 as thank: keep one"
    assert "      - 催一下\n" in (folder / "zh" / "reviewed.yml").read_text(encoding="utf-8")
    code, out = run("write", str(folder), "--json")
    assert (code, json.loads(out)["written"], json.loads(out)["files"]) == (1, [], [])
    assert [one["text"] for one in json.loads(run("list", "--json")[1])] == ["谢啦"]
    assert [one["text"] for one in json.loads(run("list", "--state", "written", "--json")[1])] == ["催一下"]


def test_a_folder_that_is_not_there_is_wrong_usage(folder: Path) -> None:
    assert run("write", str(folder / "nowhere"))[0] == 2
