"""Who is typing right now: told to the streams of every web process, kept nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.gateway import topic
from rapport.store.database import Database
from rapport.store.signals import News, Signals, send_signal

TYPING = "typing:"


class TypingNow:
    """The authors who are typing, by conversation. A change wakes the conversation's streams.

    `me` sets this process apart from the others, up to eight letters: what it has said itself it need not hear.
    """

    def __init__(self, signals: Signals, *, me: str = "") -> None:
        self._signals, self._me = signals, me
        self._authors: dict[str, set[str]] = {}
        self._ends: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._told: set[tuple[str, str]] = set()

    def authors(self, conversation_id: str) -> frozenset[str]:
        return frozenset(self._authors.get(conversation_id, ()))

    @contextmanager
    def typing(self, conversation_id: str, author: str) -> Iterator[None]:
        """`author` types for as long as the block lasts."""
        self.begin(conversation_id, author)
        try:
            yield
        finally:
            self.end(conversation_id, author)

    def begin_for(self, conversation_id: str, author: str, *, seconds: float) -> None:
        """`author` types; unless she is heard of again, she has stopped after `seconds`."""
        self.begin(conversation_id, author)
        later = asyncio.get_running_loop().call_later(seconds, self.end, conversation_id, author)
        self._ends[conversation_id, author] = later

    def begin(self, conversation_id: str, author: str) -> None:
        self._forget_end(conversation_id, author)
        self._authors.setdefault(conversation_id, set()).add(author)
        self._signals.wake(topic(conversation_id), news=())

    def end(self, conversation_id: str, author: str) -> None:
        self._forget_end(conversation_id, author)
        authors = self._authors.get(conversation_id, set())
        authors.discard(author)
        if not authors:
            self._authors.pop(conversation_id, None)
        self._signals.wake(topic(conversation_id), news=())

    async def tell(self, database: Database, conversation_id: str, author: str, *, seconds: float) -> None:
        """Tells the other web processes that she types; on SQLite there are none."""
        if not database.is_sqlite:
            async with database.session() as session:
                await send_signal(session, self._topic(conversation_id, author, round(seconds)))
            self._told.add((conversation_id, author))

    async def tell_end(self, session: AsyncSession, conversation_id: str, author: str) -> None:
        """With this commit she types no more; where nobody was told that she does, nobody need hear it."""
        key = (conversation_id, author)
        told = key in self._told or (key in self._ends and session.get_bind().dialect.name != "sqlite")
        self._told.discard(key)
        if told:
            await send_signal(session, self._topic(conversation_id, author, 0))

    def hear(self, topic: str | None, news: News) -> None:
        """A signal: one of another process that somebody types there."""
        if topic is None or not topic.startswith(TYPING):
            return
        conversation_id, author, seconds, process = topic.removeprefix(TYPING).split(":")
        if process == self._me:
            return
        if length := int(seconds):
            self.begin_for(conversation_id, author, seconds=length)
        else:
            self.end(conversation_id, author)

    def _topic(self, conversation_id: str, author: str, seconds: int) -> str:
        return f"{TYPING}{conversation_id}:{author}:{seconds}:{self._me}"

    def _forget_end(self, conversation_id: str, author: str) -> None:
        if later := self._ends.pop((conversation_id, author), None):
            later.cancel()
