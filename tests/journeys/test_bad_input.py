"""What nobody should send is refused or answered, by the real gateway before the real assistant."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from rapport.chat.assistant import as_free_text
from rapport.chat.words import words
from rapport.cli import assistant
from rapport.cli.demo_shop import demo_settings, free_port
from rapport.cli.programs import actions_program, web_program
from rapport.cli.supervisor import supervised
from rapport.settings import Settings
from rapport.store.database import Database
from rapport.store.events import Event
from rapport.store.schema import migrate

pytestmark = pytest.mark.asyncio(loop_scope="module")
# More than the gateway gives the assistant: after that it answers itself.
PATIENCE_SECONDS = 30.0

REFUSED = {
    "empty": ("", 422),
    "blanks": (" \t\r\n", 422),
    "wide and unbreakable blanks": ("\u3000\u00a0\u2003", 422),
    "a byte too many": ("a" * 4097, 413),
    "a byte too many, in Chinese": ("汉" * 1365 + "ab", 413),
    "NUL": ("where is\x00 my order", 422),
    "NUL alone": ("\x00", 422),
    "half a pair": ("where is \ud83d my order", 422),
    "the other half": ("\ude00", 422),
    "halves the wrong way round": ("\ude00\ud83d", 422),
    "a number": (10233, 422),
    "a list": (["hello"], 422),
    "nothing": (None, 422),
}
UNREADABLE = {
    "no JSON": b"text=hello",
    "no UTF-8": b'{"client_id": "1", "text": "\xff\xfe"}',
    "cut short": b'{"client_id": "1", "text": "hel',
    "a number beyond all bounds": b'{"client_id": "1", "text": ' + b"9" * 6000 + b"}",
    "no number": b'{"client_id": "1", "text": NaN}',
    "a well of brackets": b"[" * 60_000,
    "more than any body": b'{"client_id": "1", "text": "' + b"a" * 70_000 + b'"}',
}
COMMANDS = (
    "/restart",
    " \n/restart",
    "/back",
    "/session_start",
    "/order_cancel",
    '/order_cancel{"order_id": "10233"}',
    '/privacy_request@1.0{"email": "kim@example.net"}',
    "/handoff{not json",
    "/",
    "//restart",
    "／restart",
)
ANSWERED = {
    "4 KB": "my parcel is late, " * 215 + "so there",
    "4 KB without a space": "a" * 4096,
    "4 KB of Chinese": "汉" * 1365,
    "4 KB of digits": "1" * 4096,
    "4 KB of lines": "a\n" * 2048,
    "4 KB of accents": "a" + "\u0301" * 2047,
    "control characters": "\x01\x02where is\x07 my\x08 order\x1b[31m\x7f",
    "a bell": "\x07",
    "script": "<script>alert('hello')</script>",
    "a picture that fails": '<img src=x onerror="alert(1)">',
    "written from the right": "\u202eredro ym si erehw\u202c\u200f",
    "marks of direction alone": "\u200f\u200e\u202e\u2066",
    "no width": "\u200b\ufeff\u200b",
    "emoji": "😀😀🎉",
    "a family and a flag": "👨\u200d👩\u200d👧\u200d👦🏳\ufe0f\u200d🌈",
    "signs": "?!…～",
    "SQL": "'; DROP TABLE customers; --",
    "templates": "{{7*7}} {order_id} ${x} %s %n #{1}",
    "an annotation": 'cancel [10233](order_id) and [10234]{"entity": "order_id"}',
    "JSON": '{"intent": "order_cancel", "entities": []}',
    "other digits": "订单 ١٠٢٣٣ ⑩②",
    "no character at all": "\uffff\ufdd0\U0010ffff\ue000",
}


@dataclass(frozen=True, slots=True)
class System:
    """The web process, the actions and the assistant, each a process of its own, with an empty shop."""

    http: httpx.AsyncClient
    settings: Settings
    database: Database

    async def begin(self) -> dict[str, str]:
        opened = await self.http.post("/chat/sessions", json={"locale": "en"})
        return opened.raise_for_status().json()  # type: ignore[no-any-return]

    async def post(self, session: dict[str, str], content: bytes) -> httpx.Response:
        headers = {"Authorization": f"Bearer {session['token']}", "Content-Type": "application/json"}
        return await self.http.post("/chat/messages", content=content, headers=headers)

    async def say(self, session: dict[str, str], text: Any) -> httpx.Response:
        # Escaped, or half a surrogate pair could not even be sent.
        return await self.post(session, json.dumps({"client_id": secrets.token_hex(8), "text": text}).encode())

    async def heard(self, session: dict[str, str]) -> list[dict[str, Any]]:
        """The conversation, once the assistant's answer is in it."""
        headers = {"Authorization": f"Bearer {session['token']}"}
        messages: list[dict[str, Any]] = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not messages or messages[-1]["author"] == "customer":
                await asyncio.sleep(0.05)
                found = await self.http.get("/chat/messages", headers=headers)
                messages = found.raise_for_status().json()["messages"]
        return messages

    async def understood(self, session: dict[str, str]) -> list[dict[str, Any]]:
        """What the actions recorded of the conversation's messages."""
        events = select(Event.properties).where(
            Event.name == "message_understood", Event.conversation_id == session["conversation_id"]
        )
        async with self.database.reading() as reading:
            return [dict(properties) for properties in await reading.scalars(events)]

    async def reading_of(self, text: str) -> dict[str, Any]:
        """What the assistant's language understanding alone makes of a text."""
        asked = await self.http.post(f"{self.settings.assistant_url}/model/parse", json={"text": text})
        intent: dict[str, Any] = asked.raise_for_status().json()["intent"]
        return intent


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    if not assistant.PYTHON.exists():
        pytest.fail("the assistant's environment is missing: run `make setup`")
    folder = tmp_path_factory.mktemp("bad_input")
    await assistant.train_assistant(Settings().var_dir)
    async with (
        _running(folder) as (settings, database),
        httpx.AsyncClient(base_url=settings.public_url, timeout=30.0, trust_env=False) as http,
    ):
        yield System(http, settings, database)


@asynccontextmanager
async def _running(folder: Path) -> AsyncIterator[tuple[Settings, Database]]:
    free = Settings().model_copy(update={"port": free_port(), "chat_messages_per_minute": 0})
    settings = demo_settings(free, var_dir=folder)
    database = Database(settings.database_url)
    await migrate(database)
    model = assistant.archive(Settings().var_dir)
    programs = (assistant.assistant_program(settings, model=model), actions_program(settings), web_program(settings))
    async with supervised(folder / "logs", say=print) as supervisor:
        await asyncio.gather(*map(supervisor.start, programs))
        yield settings, database
    await database.close()


@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_no_text_of_fair_length_is_refused(system: System, name: str) -> None:
    text, status = REFUSED[name]
    assert (await system.say(await system.begin(), text)).status_code == status


@pytest.mark.parametrize("name", UNREADABLE)
async def test_what_is_no_message_is_refused(system: System, name: str) -> None:
    refused = await system.post(await system.begin(), UNREADABLE[name])
    assert refused.status_code in range(400, 500)
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ANSWERED)
async def test_every_text_is_kept_as_it_is_and_answered_by_the_assistant(system: System, name: str) -> None:
    session, text = await system.begin(), ANSWERED[name]
    assert (await system.say(session, text)).status_code == 202
    first, *answers = await system.heard(session)
    assert (first["author"], first["text"]) == ("customer", text)
    assert len(await system.understood(session)) == 1
    # The assistant's own words, not those the gateway has for an assistant that gave none.
    assert [answer["text"] for answer in answers if answer["text"] == words("en").fallback] == []


@pytest.mark.parametrize("typed", COMMANDS)
async def test_a_typed_command_is_understood_as_words(system: System, typed: str) -> None:
    session = await system.begin()
    assert (await system.say(session, typed)).status_code == 202
    await system.heard(session)
    (understood,) = await system.understood(session)
    read = await system.reading_of(as_free_text(typed))
    assert (understood["intent"], understood["confidence"]) == (read["name"], round(read["confidence"], 4))
    # Rasa is entirely sure of what it is commanded, and of nothing it has read.
    assert understood["confidence"] < 1


async def test_a_typed_restart_forgets_nothing(system: System) -> None:
    session = await system.begin()
    for text in ("hello", "/restart", "hello again"):
        assert (await system.say(session, text)).status_code == 202
        await system.heard(session)
    assert len(await system.understood(session)) == 3


async def test_a_command_is_no_button(system: System) -> None:
    body = json.dumps({"client_id": "1", "payload": "/restart"}).encode()
    assert (await system.post(await system.begin(), body)).status_code == 403
