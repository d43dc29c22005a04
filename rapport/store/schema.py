"""The whole schema: every table in one metadata, and the migrations that bring a database to it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from rapport.store import (
    agents,
    api_keys,
    audit,
    canned_replies,
    consents,
    conversations,
    customers,
    events,
    identifications,
    journeys,
    messages,
    notes,
    offers,
    orders,
    products,
    proposals,
    readings,
    recovery_codes,
    scores,
    signals,
    spent_tokens,
    staff_sessions,
    telegram,
    tickets,
    unanswered,
)
from rapport.store.base import Base
from rapport.store.database import Database

NOUNS = (
    agents,
    api_keys,
    audit,
    canned_replies,
    consents,
    conversations,
    customers,
    events,
    identifications,
    journeys,
    messages,
    notes,
    offers,
    orders,
    products,
    proposals,
    readings,
    recovery_codes,
    scores,
    signals,
    spent_tokens,
    staff_sessions,
    telegram,
    tickets,
    unanswered,
)
metadata = Base.metadata


async def migrate(database: Database, *, to: str = "head") -> None:
    """Brings the database to a revision; one that is there already is left as it is."""
    async with database.engine.begin() as connection:
        await connection.run_sync(_upgrade, to)


def newest_revision() -> str | None:
    """The revision `migrate` leads to."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _upgrade(connection: Connection, to: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def migrate_now(url: str) -> None:
    """`migrate` for a caller that is not async."""

    async def run() -> None:
        database = Database(url)
        try:
            await migrate(database)
        finally:
            await database.close()

    asyncio.run(run())
