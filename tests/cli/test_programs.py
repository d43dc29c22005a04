"""A child process reads the very settings its parent had."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import HttpUrl, SecretStr

from rapport.cli.programs import all_programs, settings_as_environment, worker_program
from rapport.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        var_dir=tmp_path,
        secret_key=SecretStr("one"),
        chat_key=SecretStr("two"),
        smtp_url=SecretStr("smtp://me:password@127.0.0.1:25"),
        telegram_token=SecretStr("700001:a-token"),
        mailbox_url=HttpUrl("http://127.0.0.1:2580"),
        allowed_origins=("https://a.example", "https://b.example"),
        worker_clock_ahead=timedelta(hours=2, minutes=5),
    )


def test_settings_survive_the_way_through_the_environment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("RAPPORT_")]:
        monkeypatch.delenv(name)
    for name, value in settings_as_environment(settings).items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings


def test_only_the_worker_s_clock_runs_ahead(settings: Settings) -> None:
    program = worker_program(settings, ahead=timedelta(days=1))
    assert program.env["RAPPORT_WORKER_CLOCK_AHEAD"] == "P1D"


def test_whatever_serves_shares_no_message_out_to_threads(settings: Settings) -> None:
    assert {program.name: program.env["OMP_NUM_THREADS"] for program in all_programs(settings)} == dict.fromkeys(
        ("assistant", "actions", "web", "worker"), "1"
    )
