"""The whole application behind a real socket, on SQLite, in front of a server that speaks Rasa's wire format."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from pydantic import HttpUrl, SecretStr

from rapport.settings import Settings
from rapport.web.app import create_app
from tests.chat.conftest import unused_port
from tests.chat.rasa_server import RasaServer, serving

SHOP_KEY = "the key with which the shop signs who its customers are, 64 bytes"


@dataclass
class Client:
    """A browser's view of the running application."""

    http: httpx.AsyncClient
    settings: Settings
    rasa: RasaServer
    headers: dict[str, str]
    app: Any = None
    conversation_id: str = ""

    async def begin(self, **body: Any) -> httpx.Response:
        answer = await self.http.post("/chat/sessions", json={"locale": "zh", **body})
        if answer.status_code == 201:
            self.headers = {"Authorization": f"Bearer {answer.json()['token']}"}
            self.conversation_id = answer.json()["conversation_id"]
        return answer

    async def say(self, text: str, **more: Any) -> httpx.Response:
        body = {"client_id": secrets.token_hex(8), "text": text, **more}
        return await self.http.post("/chat/messages", json=body, headers=self.headers)

    async def read(self, after: int = 0) -> dict[str, Any]:
        answer = await self.http.get("/chat/messages", params={"after": after}, headers=self.headers)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    @asynccontextmanager
    async def stream(self, **request: Any) -> AsyncIterator[AsyncIterator[tuple[str, str, Any]]]:
        """The conversation's events as (name, id, data)."""
        headers = self.headers | request.pop("headers", {})
        async with self.http.stream("GET", "/chat/stream", headers=headers, **request) as response:
            response.raise_for_status()
            yield events_of(response)


async def events_of(response: httpx.Response) -> AsyncIterator[tuple[str, str, Any]]:
    """Server-sent events as (name, id, data)."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield fields["event"], fields.get("id", ""), json.loads(fields["data"])
            fields = {}


class Running(Protocol):
    def __call__(self, **settings: Any) -> AbstractAsyncContextManager[Client]: ...


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        database_url=f"sqlite+aiosqlite:///{tmp_path}/web.db",
        var_dir=tmp_path / "var",
        secret_key=SecretStr("a key that is only for tests, long enough"),
        chat_key=SecretStr(SHOP_KEY),
        mailbox_url=HttpUrl("http://127.0.0.1:9"),
    )


@pytest.fixture
def running(settings: Settings, sqlite_template: Path) -> Running:
    """Starts the application with settings changed as asked."""
    shutil.copyfile(sqlite_template, settings.database_url.partition("///")[2])

    @asynccontextmanager
    async def run(**changes: Any) -> AsyncIterator[Client]:
        rasa, port = RasaServer(), unused_port()
        async with serving(rasa, unused_port()) as rasa.url:
            at = {"assistant_url": rasa.url, "public_url": f"http://127.0.0.1:{port}", "port": port}
            changed = settings.model_copy(update=at | changes)
            app = create_app(changed)
            async with (
                serving(app, port) as url,
                httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as http,
            ):
                yield Client(http, changed, rasa, {}, app)

    return run


@pytest.fixture
async def client(running: Running) -> AsyncIterator[Client]:
    async with running() as client:
        yield client
