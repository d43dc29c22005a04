"""Members of staff for tests, as rows and as who acts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.staff import Acting
from rapport.store.agents import Agent

ANN, BOB, EVE = Acting("ann", "小安"), Acting("bob", "Bob"), Acting("eve", "Eve", "admin")


async def add_agent(session: AsyncSession, who: Acting, now: datetime, **more: Any) -> Agent:
    """Who is online, with a heartbeat just now."""
    fields: dict[str, Any] = {"presence": "online", "seen_at": now, "capacity": 2}
    agent = Agent(
        name=who.name, shown_name=who.shown_name, role=who.role, password_hash="-", password_changed_at=now,
        created_at=now, **fields | more,
    )  # fmt: skip
    session.add(agent)
    await session.flush()
    return agent
