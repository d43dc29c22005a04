"""A running gateway on both databases, in front of a server that speaks Rasa's wire format."""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from rapport.chat.assistant import Assistant, wire_to
from rapport.chat.buttons import Button
from rapport.chat.gateway import Received, receive
from rapport.chat.state import View, view_after
from rapport.chat.turns import Outcome, Turns
from rapport.chat.typing_now import TypingNow
from rapport.store.conversations import Conversation
from rapport.store.database import Database
from rapport.store.signals import Signals, listening
from tests.chat.rasa_server import RasaServer, serving

KEY = "a key that is only for tests, long enough"
CONVERSATION = "c" * 32


@dataclass
class Chat:
    """A conversation, and what a client does in it."""

    database: Database
    signals: Signals
    turns: Turns
    rasa: RasaServer
    outcomes: list[Outcome]
    now: datetime
    id: str = CONVERSATION

    def be_impatient(self) -> None:
        """From now on the assistant has a fifth of a second."""
        self.turns = replace(self.turns, timeout=0.2)

    def be_patient(self) -> None:
        self.turns = replace(self.turns, timeout=20.0)

    async def open(self, language: str = "zh") -> None:
        async with self.database.session() as session:
            session.add(Conversation(id=self.id, channel="web", language=language, opened_at=self.now))

    async def store(self, said: str | Button, *, client_id: str | None = None) -> Received:
        async with self.database.session() as session:
            return await receive(session, self.id, client_id or secrets.token_hex(8), said, now=self.now)

    async def say(self, said: str | Button, *, client_id: str | None = None) -> int:
        received = await self.store(said, client_id=client_id)
        if received.awaits_assistant:
            self.turns.start(self.id)
        return received.seq

    async def hear(self, said: str | Button) -> list[str]:
        """Says something, waits for its turn to end, gives what the others said since."""
        seq = await self.say(said)
        await self.turns.idle()
        return [message["text"] for message in (await self.view(seq)).messages]

    async def view(self, after: int = 0) -> View:
        async with self.database.reading() as session:
            return await view_after(session, self.id, after, now=self.now)

    async def texts(self) -> list[tuple[str, str]]:
        return [(message["author"], message["text"]) for message in (await self.view()).messages]


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def rasa() -> AsyncIterator[RasaServer]:
    server = RasaServer()
    async with serving(server, unused_port()) as server.url:
        yield server
        server.gate.set()


@pytest.fixture
async def chat(database: Database, rasa: RasaServer, now: datetime) -> AsyncIterator[Chat]:
    async with listening(database) as signals, wire_to(rasa.url) as wire:
        outcomes: list[Outcome] = []
        turns = Turns(
            database, signals, Assistant(wire), TypingNow(signals), clock=lambda: now, key=KEY,
            timeout=20.0, on_turn=lambda outcome, seconds: outcomes.append(outcome),
        )  # fmt: skip
        chat = Chat(database, signals, turns, rasa, outcomes, now)
        await chat.open()
        yield chat
        await chat.turns.close()
