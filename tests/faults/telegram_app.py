"""`rapport serve web` in a process of its own that can be killed, with a bot at the local Bot API server."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from demo.bot_api import BotApi
from rapport.cli.programs import web_program
from rapport.settings import Settings
from tests.forked import Forked, forked

WEBHOOK = "/telegram/webhook"
SECRET = "X-Telegram-Bot-Api-Secret-Token"


@dataclass
class TelegramApp:
    """The process; its log is `var_dir/web.log`."""

    settings: Settings
    api: BotApi
    process: Forked | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def log(self) -> Path:
        return self.settings.var_dir / "web.log"

    async def start(self) -> None:
        """Serves once this returns, and the webhook is registered."""
        self.process = await asyncio.to_thread(forked, web_program(self.settings), self.log)
        async with httpx.AsyncClient() as client:
            while not await _answers(client, f"{self.url}/healthz"):
                assert self.process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.05)
        await self.api.until(lambda: self.api.webhook)

    async def kill(self) -> None:
        """Without a chance to put anything in order."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def deliver(self, update: dict[str, Any], **headers: str) -> int:
        """The answer's status, to an update brought once more."""
        given = headers or {SECRET: self.settings.telegram_secret()}
        secret = {name.encode(): value.encode() for name, value in given.items()}
        async with httpx.AsyncClient() as client:
            response = await client.post(f"{self.url}{WEBHOOK}", json=update, headers=secret)
        return response.status_code

    def count(self, table: str, where: str = "1 = 1") -> int:
        """Rows as the database holds them now."""
        file = self.settings.database_url.removeprefix("sqlite+aiosqlite:///")
        with closing(sqlite3.connect(file, timeout=30)) as connection:
            (found,) = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()  # noqa: S608
        return int(found)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.HTTPError:
        return False
