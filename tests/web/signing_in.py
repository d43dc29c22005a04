"""Members of staff and programs for tests: their rows, and the headers by which they are known."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from rapport.settings import Settings
from rapport.store.agents import Agent, Role
from rapport.store.api_keys import Scope, add_api_key
from rapport.store.database import Database
from rapport.store.staff_sessions import begin_staff_session
from rapport.web.staff.cookies import PLAIN, csrf_token, expiry, hash_of


async def signed_in_as(
    settings: Settings,
    name: str,
    role: Role = "agent",
    *,
    confirmed: bool = True,
    now: datetime | None = None,
    **columns: object,
) -> dict[str, str]:
    """Makes the agent and logs her in; what her browser sends with each request of a script."""
    now, key = now or datetime.now(UTC), secrets.token_urlsafe(32)
    agent = Agent(
        name=name, shown_name=name.title(), role=role, password_hash="", password_changed_at=now, created_at=now,
        **{"language": "zh", **columns},
    )  # fmt: skip
    async with _database(settings) as database, database.session() as session:
        session.add(agent)
        await session.flush()
        await begin_staff_session(
            session, hash_of(key), agent.id, confirmed=confirmed, now=now, expires_at=expiry(now, now)
        )
    return {"Cookie": f"{PLAIN}={key}", "X-CSRF-Token": csrf_token(key, key=settings.key())}


async def key_of_program(settings: Settings, name: str, scope: Scope = "api") -> dict[str, str]:
    """Makes an API key; what the program sends with each request."""
    key = secrets.token_urlsafe(32)
    async with _database(settings) as database, database.session() as session:
        await add_api_key(session, name, scope=scope, key_hash=hash_of(key), now=datetime.now(UTC))
    return {"Authorization": f"Bearer {key}"}


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        await database.close()
