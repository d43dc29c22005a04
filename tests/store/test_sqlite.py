"""What waits for SQLite waits without holding up the loop, and what is asked of it is done whole."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from rapport.store.database import Database
from rapport.store.sqlite import Connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE said (words TEXT)")
    return tmp_path / "shop.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{path}")
    yield database
    await database.close()


async def say(database: Database, words: str) -> None:
    async with database.session() as session:
        await session.execute(text("INSERT INTO said VALUES (:words)"), {"words": words})


def said(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return [words for (words,) in connection.execute("SELECT words FROM said ORDER BY rowid")]


async def test_a_lock_of_another_process_is_waited_for_while_the_loop_goes_on(path: Path, database: Database) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(say(database, "second"))
    turns = 0
    while turns < 50:
        await asyncio.sleep(0.001)
        turns += 1
    assert not waiting.done()
    other.execute("INSERT INTO said VALUES ('first')")
    other.execute("COMMIT")
    await waiting
    assert said(path) == ["first", "second"]


async def test_patience_has_an_end(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    connection = Connection(str(path), patience=0.05)
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        await connection.cursor().execute("BEGIN IMMEDIATE")
    other.execute("COMMIT")
    await connection.cursor().execute("BEGIN IMMEDIATE")
    await connection.close()


async def test_a_stale_snapshot_is_told_at_once(path: Path) -> None:
    connection = Connection(str(path), patience=60)
    cursor = connection.cursor()
    await cursor.execute("BEGIN")
    await cursor.execute("SELECT * FROM said")
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO said VALUES ('newer')")
    with pytest.raises(sqlite3.OperationalError) as refused:
        await cursor.execute("INSERT INTO said VALUES ('stale')")
    assert refused.value.sqlite_errorcode == sqlite3.SQLITE_BUSY_SNAPSHOT
    await connection.close()


async def test_a_commit_that_is_cancelled_is_done_and_the_connection_goes_on(path: Path) -> None:
    connection = Connection(str(path), patience=1)
    await connection.cursor().execute("BEGIN IMMEDIATE")
    await connection.cursor().execute("INSERT INTO said VALUES ('durable')")
    commit = asyncio.create_task(connection.commit())
    await asyncio.sleep(0)
    commit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await commit
    assert said(path) == ["durable"]
    await connection.cursor().execute("BEGIN IMMEDIATE")
    await connection.rollback()
    await connection.close()


async def test_many_rows_are_read_one_after_another(database: Database) -> None:
    for number in range(3):
        await say(database, str(number))
    async with database.reading() as session:
        rows = await session.stream(text("SELECT words FROM said ORDER BY rowid"))
        assert [words async for (words,) in rows] == ["0", "1", "2"]


async def test_what_is_refused_leaves_nothing(path: Path, database: Database) -> None:
    async def say_half() -> None:
        async with database.session() as session:
            await session.execute(text("INSERT INTO said VALUES ('half')"))
            await session.execute(text("INSERT INTO nowhere VALUES (1)"))

    with pytest.raises(OperationalError):
        await say_half()
    assert said(path) == []
