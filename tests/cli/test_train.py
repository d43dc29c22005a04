from __future__ import annotations

import asyncio
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from demo.catalogue import load_catalogue
from demo.history import Plan
from demo.simulator import simulate
from rapport.cli.train import MODEL_NAMES, score, train
from rapport.clock import utc_now
from rapport.store.database import Database

runner = CliRunner()
app = typer.Typer()
app.command()(train)
app.command()(score)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAPPORT_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("RAPPORT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/rapport.db")
    return tmp_path


async def shop(folder: Path, *, customers: int) -> None:
    database = Database(f"sqlite+aiosqlite:///{folder}/rapport.db")
    plan = Plan(seed=7, customers=customers, until=utc_now() - timedelta(minutes=1))
    await simulate(database, load_catalogue(), plan, now=utc_now(), console=Console(file=io.StringIO()))
    await database.close()


def test_train_and_score_a_shop(settings: Path) -> None:
    asyncio.run(shop(settings, customers=400))
    trained = runner.invoke(app, ["train", "all", "--without-assistant", "--json"])
    assert trained.exit_code == 0
    assert [card["name"] for card in json.loads(trained.stdout)] == list(MODEL_NAMES)
    scored = runner.invoke(app, ["score", "--all", "--json"])
    assert scored.exit_code == 0
    run = json.loads(scored.stdout)
    assert (run["customers"], sum(run["segments"].values())) == (400, 400)


def test_train_on_an_empty_database_is_a_finding(settings: Path) -> None:
    result = runner.invoke(app, ["train", "conversion"])
    assert result.exit_code == 1
    assert "there is no order to learn from" in result.stderr
    assert not (settings / "models").exists()


def test_train_of_an_unknown_model_is_wrong_usage(settings: Path) -> None:
    result = runner.invoke(app, ["train", "horoscope"])
    assert result.exit_code == 2
    assert "There is no model called 'horoscope'" in result.stderr


def test_score_wants_to_hear_all(settings: Path) -> None:
    assert runner.invoke(app, ["score"]).exit_code == 2
