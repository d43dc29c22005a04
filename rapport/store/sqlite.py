"""SQLite within the event loop: most statements take less time than handing them to a thread and back.

What waits leaves the loop: a commit waits for the disk in a thread, a locked database is asked again after a sleep.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import chain, repeat
from typing import Any, Self, TypeVar

Result = TypeVar("Result")
# How long to sleep before a locked database is asked again: a chat's transaction is over in a few milliseconds.
NAPS = (0.001,) * 20 + (0.005,) * 20


class Connection:
    """What SQLAlchemy's dialect for aiosqlite takes for one (`async_creator`). A locked database is waited for
    `patience` seconds. Not for a second task while one waits in it: SQLAlchemy lends it to one at a time."""

    def __init__(self, path: str, *, patience: float) -> None:
        # Commits run in a thread of the pool; never two things at once. Transactions are begun by name.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)
        self._patience = patience

    def cursor(self) -> Cursor:
        return Cursor(self, self._connection.cursor())

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        self._connection.create_function(*arguments, **options)

    async def commit(self) -> None:
        """A task that is cancelled meanwhile waits for the end too."""
        if self._connection.in_transaction:
            await to_the_end(asyncio.get_running_loop().run_in_executor(None, self._connection.commit))

    async def rollback(self) -> None:
        self._connection.rollback()

    async def close(self) -> None:
        self._connection.close()

    def stop(self) -> None:
        """Closes without an event loop."""
        self._connection.close()

    async def unlocked(self, work: Callable[[], Result]) -> Result:
        """What `work` returns once no other connection is in its way. Raises OperationalError after `patience`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience
        for nap in chain(NAPS, repeat(NAPS[-1])):
            try:
                return work()
            except sqlite3.OperationalError as error:
                # Only this very code: a stale snapshot (BUSY_SNAPSHOT) does not get younger by waiting.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or loop.time() > deadline:
                    raise
            await asyncio.sleep(nap)
        raise AssertionError("the naps never end")


class Cursor:
    """The same for a cursor."""

    def __init__(self, connection: Connection, cursor: sqlite3.Cursor) -> None:
        self._connection, self._cursor = connection, cursor

    async def __aenter__(self) -> Self:
        return self

    def __getattr__(self, name: str) -> Any:
        """`description`, `rowcount`, `lastrowid`, `arraysize`."""
        return getattr(self._cursor, name)

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        await self._connection.unlocked(lambda: self._cursor.execute(statement, parameters))

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> None:
        self._cursor.executemany(statement, parameters)

    async def fetchone(self) -> Any:
        return self._cursor.fetchone()

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        return self._cursor.fetchmany(size or self._cursor.arraysize)

    async def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    async def __aiter__(self) -> AsyncIterator[Any]:
        for row in self._cursor:
            yield row

    async def close(self) -> None:
        self._cursor.close()


async def to_the_end(work: asyncio.Future[None]) -> None:
    """Waits for `work` even where the waiting task is cancelled: the connection is not free before."""
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait({work})
        raise
