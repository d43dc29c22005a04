"""The gateway of the chat's own tests, and the whole web process, for their faults."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from demo.bot_api import BotApi
from demo.bot_api.webhook import Backoff
from rapport.settings import Settings
from tests.chat.conftest import chat, rasa, unused_port
from tests.chat.rasa_server import RasaServer, serving
from tests.faults.telegram_app import TelegramApp

__all__ = ["chat", "rasa"]


@pytest.fixture
async def rasa_server() -> AsyncIterator[RasaServer]:
    """Answers "You said: …" to everything, over HTTP."""
    server = RasaServer()
    async with serving(server, unused_port()) as server.url:
        yield server


@pytest.fixture
async def telegram_app(
    bot_api: BotApi, rasa_server: RasaServer, sqlite_template: Path, tmp_path: Path
) -> AsyncIterator[TelegramApp]:
    """The web process on SQLite, its webhook registered, its answers from `rasa_server`."""
    shutil.copyfile(sqlite_template, tmp_path / "shop.db")
    settings = Settings(
        database_url=f"sqlite+aiosqlite:///{tmp_path}/shop.db", var_dir=tmp_path, port=unused_port(),
        public_url="https://shop.example", assistant_url=rasa_server.url, default_language="en",
        telegram_token=bot_api.token, telegram_api_url=bot_api.url, telegram_updates="webhook",
    )  # fmt: skip
    bot_api.backoff = Backoff(first=0.2, longest=1.0)
    app = TelegramApp(settings, bot_api)
    bot_api.hosts["https://shop.example"] = app.url
    await app.start()
    yield app
    await app.kill()
