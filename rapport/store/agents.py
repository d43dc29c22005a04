"""Agents: the members of staff, what each may do, and who is there now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, CheckConstraint, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base

Role = Literal["admin", "marketer", "agent", "viewer"]
Presence = Literal["online", "away", "offline"]


class Agent(Base):
    """A member of staff. `name` is what she logs in with and what other rows call her by; it is never reused.

    `skills` and `languages` are what she takes from the queue (no skill: anything), `capacity` how many conversations
    at once. `seen_at` is her console's last heartbeat, `assigned_at` when she was last given a conversation.
    `totp_secret` is sealed with the signing key; None until she has set up her second factor.
    """

    __tablename__ = "agents"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'marketer', 'agent', 'viewer')", name="role"),
        CheckConstraint("presence IN ('online', 'away', 'offline')", name="presence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    shown_name: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8), default="zh")
    password_hash: Mapped[str] = mapped_column(String(256))
    password_changed_at: Mapped[datetime]
    totp_secret: Mapped[str | None] = mapped_column(String(256))
    skills: Mapped[list[Any]] = mapped_column(JSON, default=list)
    languages: Mapped[list[Any]] = mapped_column(JSON, default=lambda: ["zh", "en"])
    capacity: Mapped[int] = mapped_column(default=4)
    presence: Mapped[str] = mapped_column(String(16), default="offline")
    seen_at: Mapped[datetime | None]
    assigned_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


async def agent_called(session: AsyncSession, name: str) -> Agent | None:
    """The member of staff of this name who is not disabled."""
    return await session.scalar(select(Agent).where(Agent.name == name, Agent.disabled_at.is_(None)))


async def agents_by_name(session: AsyncSession) -> Sequence[Agent]:
    """Everybody who is or was on the staff."""
    return (await session.scalars(select(Agent).order_by(Agent.name))).all()


async def shown_names(session: AsyncSession, names: Collection[str]) -> dict[str, str]:
    """What customers read of these agents; asks nothing where there are none."""
    if not names:
        return {}
    agents = await session.scalars(select(Agent).where(Agent.name.in_(names)))
    return {agent.name: agent.shown_name for agent in agents}
