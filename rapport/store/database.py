"""The one way to the database, SQLite or PostgreSQL, with the same promises on both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFreeError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from rapport.store import sqlite

BUSY_SECONDS = 30
# What is raised while the database is away, or has no connection free: the same may be tried again.
AWAY = (OperationalError, InterfaceError, NoneFreeError)


class Database:
    """An engine and its sessions.

    `session()` is one transaction: committed when the block ends, rolled back when it raises.
    On SQLite it takes the write lock at its start (BEGIN IMMEDIATE), so that a transaction that
    reads first and writes later cannot fail half-way; `reading()` does not wait for it. Within one process
    writers wait in line for it; those of different processes ask again until they get it.
    Its statements run within the event loop: what takes long belongs into a process that serves nobody.

    Not `lasting`: a power cut may take back what was committed, until the next commit of a lasting process (on
    SQLite, where both write one file; elsewhere every commit lasts). For who answers to such a process alone.
    """

    def __init__(self, url: str, *, pool_size: int = 5, lasting: bool = True) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            Path(self.url.database or "").parent.mkdir(parents=True, exist_ok=True)
        own = {"async_creator": self._connect} if self.is_sqlite else {}
        self.engine: AsyncEngine = create_async_engine(self.url, pool_size=pool_size, max_overflow=pool_size, **own)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._writer = asyncio.Lock() if self.is_sqlite else nullcontext()
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", partial(_set_pragmas, lasting=lasting))
            event.listen(self.engine.sync_engine, "begin", _begin)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        async with self._writer, self._sessions.begin() as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A snapshot for reading; what is written in it is rolled back."""
        async with self._sessions() as session:
            await session.connection(execution_options={"rapport_read_only": True})
            yield session

    async def close(self) -> None:
        await self.engine.dispose()

    async def _connect(self) -> sqlite.Connection:
        return sqlite.Connection(self.url.database or "", patience=BUSY_SECONDS)


def _set_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry, *, lasting: bool) -> None:
    cursor = connection.cursor()
    synchronous = "synchronous=FULL" if lasting else "synchronous=NORMAL"
    for pragma in ("journal_mode=WAL", synchronous, "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("rapport_read_only", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def insert_or_ignore(session: AsyncSession, table: Any, *, conflict: Sequence[str]) -> Any:
    """An INSERT that leaves a row with the same `conflict` columns as it is, in the database's own words."""
    return insert_or_ignore_on(session.get_bind().dialect.name, table, conflict=conflict)


def insert_or_ignore_on(dialect: str, table: Any, *, conflict: Sequence[str]) -> Any:
    """The same for a database that is known by its dialect's name: a statement to keep."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite_dialect.insert
    return insert(table).on_conflict_do_nothing(index_elements=list(conflict))


def insert_or_replace(session: AsyncSession, table: Any, *, conflict: Sequence[str]) -> Any:
    """An INSERT that overwrites the row with the same `conflict` columns, in the database's own words."""
    return insert_or_replace_on(session.get_bind().dialect.name, table, conflict=conflict)


def insert_or_replace_on(dialect: str, table: Any, *, conflict: Sequence[str]) -> Any:
    """The same for a database that is known by its dialect's name: a statement to keep."""
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite_dialect.insert(table)
    replaced = {column.key: column for column in insert.excluded if column.key not in conflict}
    return insert.on_conflict_do_update(index_elements=list(conflict), set_=replaced)
