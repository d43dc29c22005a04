"""What only one process may do at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from rapport.store.database import Database


@asynccontextmanager
async def only_one(database: Database, number: int) -> AsyncIterator[None]:
    """Waits until no other process is in a block of this number.

    On SQLite nobody waits: there a process of each kind is the only one. The lock goes with its connection, however
    the process ends; it holds one connection of the pool.
    """
    if database.is_sqlite:
        yield
        return
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": number})
        try:
            yield
        finally:
            await connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})
