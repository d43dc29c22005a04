"""The demo's member of staff: made with a password nobody else has, which is shown once."""

from __future__ import annotations

import secrets
import shlex
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from rapport.settings import Settings
from rapport.store.agents import Agent
from rapport.store.database import Database
from rapport.web.staff import accounts
from rapport.web.staff.passwords import Passwords

NAME = "demo"


async def new_demo_agent(settings: Settings, *, now: datetime) -> str | None:
    """The password of the admin `demo`, made now; None where she has been there before."""
    database = Database(settings.database_url)
    try:
        async with database.session() as session:
            if await session.scalar(select(Agent.id).where(Agent.name == NAME)) is not None:
                return None
            password = secrets.token_urlsafe(12)
            agent = Agent(
                name=NAME, shown_name="小半 Halfie", role="admin", language=settings.default_language,
                password_hash=await Passwords().hash(password), password_changed_at=now, created_at=now,
            )  # fmt: skip
            session.add(agent)
            await session.flush()
            await accounts.note(session, agent, "agent_added", who="command line", now=now, role="admin")
            return password
    finally:
        await database.close()


def how_to_log_in(settings: Settings, password: str | None) -> str:
    """What the console says of her: the password where it is new, else how to get another."""
    if password is not None:
        return f"Staff log in as {NAME} with the password {password} (shown only now)."
    rapport = sys.argv[0] if Path(sys.argv[0]).name == "rapport" else "rapport"
    command = f"RAPPORT_DATABASE_URL={shlex.quote(settings.database_url)} {rapport} agents reset {NAME}"
    return f"Staff log in as {NAME}; for a new password: {command}"
