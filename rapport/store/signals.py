"""Tells other processes that rows have changed: at once on PostgreSQL, within 50 ms on SQLite."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Protocol

import psycopg
from sqlalchemy import String, bindparam, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.background import beside
from rapport.store.base import Base, BigKey
from rapport.store.database import Database

CHANNEL = "rapport"
POLL_SECONDS = 0.05
KEPT = 10_000
News = Sequence[Any] | None


class Signal(Base):
    """SQLite's substitute for NOTIFY: a row per change, read by its rising number."""

    __tablename__ = "signals"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[BigKey]
    topic: Mapped[str] = mapped_column(String(64))


async def send_signal(session: AsyncSession, topic: str) -> None:
    """Says, if and when this transaction commits, that something under `topic` has changed."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_notify(:channel, :topic)"), {"channel": CHANNEL, "topic": topic})
        return
    signal = Signal(topic=topic)
    session.add(signal)
    await session.flush()
    if signal.id % 1000 == 0:
        await session.execute(delete(Signal).where(Signal.id <= signal.id - KEPT))


class Subscriber(Protocol):
    """Somebody who waits for a topic."""

    def wake(self, news: News) -> None:
        """`news` is what has changed; None where the rows have to be read to know."""
        ...


class Watcher(Protocol):
    """Somebody who hears every topic."""

    def hear(self, topic: str | None, news: News) -> None:
        """Something under `topic` has changed; None: anything may have."""
        ...


class Changed(asyncio.Event):
    """A subscriber who reads the rows anyway."""

    def wake(self, news: News) -> None:
        self.set()


class Signals:
    """What a process hears. Open it once with `async with listening(database) as signals`."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[Subscriber]] = defaultdict(set)
        self._watchers: list[Watcher] = []

    @contextmanager
    def subscribe(self, topic: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever `topic` is signalled; the subscriber clears it before it reads rows."""
        changed = Changed()
        with self.attached(topic, changed):
            yield changed

    @contextmanager
    def attached(self, topic: str, subscriber: Subscriber) -> Iterator[None]:
        """Wakes this subscriber whenever `topic` is signalled."""
        self._waiting[topic].add(subscriber)
        try:
            yield
        finally:
            self._waiting[topic].discard(subscriber)
            if not self._waiting[topic]:
                del self._waiting[topic]

    @contextmanager
    def watched(self, watcher: Watcher) -> Iterator[None]:
        """Tells this watcher every topic that is signalled."""
        self._watchers.append(watcher)
        try:
            yield
        finally:
            self._watchers.remove(watcher)

    def wake(self, topic: str, news: News = None) -> None:
        """Wakes this process's subscribers at once: for who has just committed the change himself.

        Who hands the change on as `news` spares them reading it back.
        """
        for subscriber in self._waiting.get(topic, ()):
            subscriber.wake(news)
        for watcher in self._watchers:
            watcher.hear(topic, news)

    def wake_all(self) -> None:
        """Wakes everybody: after a lost connection nobody knows what was missed."""
        for topic in list(self._waiting):
            self.wake(topic)
        for watcher in self._watchers:
            watcher.hear(None, None)


@asynccontextmanager
async def listening(database: Database) -> AsyncIterator[Signals]:
    """The signals of every process on this database, for as long as the block lasts."""
    signals = Signals()
    first = await _newest(database) if database.is_sqlite else 0
    heard = _poll(database, signals, first) if database.is_sqlite else _listen(database, signals)
    async with beside(heard):
        yield signals


async def _newest(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.max(Signal.id))) or 0


async def _poll(database: Database, signals: Signals, newest: int) -> None:
    # One connection for all: taking and giving one back costs more than the question.
    async with database.engine.connect() as connection:
        await connection.execution_options(rapport_read_only=True)
        while True:
            await asyncio.sleep(POLL_SECONDS)
            rows = await connection.execute(_NEWER, {"newest": newest})
            await connection.rollback()
            for number, topic in rows:
                newest = number
                signals.wake(topic)


_NEWER = select(Signal.id, Signal.topic).where(Signal.id > bindparam("newest")).order_by(Signal.id)


async def _listen(database: Database, signals: Signals) -> None:
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        with suppress(psycopg.OperationalError):
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                signals.wake_all()
                async for notice in connection.notifies():
                    signals.wake(notice.payload)
        await asyncio.sleep(1)
