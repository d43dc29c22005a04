"""Real databases for every test that asks: `database` runs it on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from demo.bot_api import BotApi, serving
from rapport.store.database import Database
from rapport.store.schema import metadata, migrate_now

POSTGRES = os.environ.get("RAPPORT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
# Few tests that take long: xdist begins with their files, so that none of them is left alone at the end.
LONG = ("faults", "browser", "journeys", "messaging", "intake", "learning", "models", "cli")
HOW_TO_START = "no PostgreSQL answers at 127.0.0.1:5432; start one, or name another with RAPPORT_TEST_POSTGRES"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    rank = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.path.relative_to(here).parts[0], len(LONG)))


def missing(reason: str) -> None:
    """A missing server is a failure in CI, elsewhere a skip that says how to start it."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database that tests copy: a copy takes a hundredth of a migration's time."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    migrate_now(f"sqlite+aiosqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a migrated database on PostgreSQL that the tests of one process share, one after another."""
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        missing(HOW_TO_START)
        raise
    name = f"rapport_test_{uuid.uuid4().hex}"
    with connection:
        connection.execute(f"CREATE DATABASE {name}")
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    migrate_now(_at_postgres(name))
    yield _at_postgres(name)
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "test.db")
        yield f"sqlite+aiosqlite:///{tmp_path}/test.db"
        return
    url = request.getfixturevalue("postgres_url")
    yield url
    _empty(url.replace("+psycopg", ""))


def _empty(url: str) -> None:
    """Takes every row back, and first the connections a test has left: one of them might hold a lock."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        there = {
            name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        }
        for name in there - {"alembic_version", *metadata.tables}:
            connection.execute(f"DROP TABLE {name} CASCADE")
        filled = " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in metadata.tables)  # noqa: S608
        found = [name for (name,) in connection.execute(filled)]
        # Not TRUNCATE, which waits for the disk for every table; a replica minds neither keys nor triggers.
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            for name in found:
                connection.execute(f"DELETE FROM {name}")  # noqa: S608  our names
        connection.execute("SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'")


def _at_postgres(name: str) -> str:
    return POSTGRES.replace("postgresql://", "postgresql+psycopg://").rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def free_port() -> int:
    """A loopback port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def bot_api() -> AsyncIterator[BotApi]:
    """A Telegram Bot API server on loopback, with `bot_api.url` and `bot_api.token`; nobody has written yet."""
    async with serving(BotApi()) as api:
        yield api
