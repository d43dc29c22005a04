"""Who is logged in: a row per browser, so that a log-in can be ended from here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.agents import Agent
from rapport.store.base import Base


class StaffSession(Base):
    """A log-in. `key_hash` is the SHA-256 of the cookie, in hex: who reads the table cannot log in with it.

    `confirmed` says whether the second factor was given (or none is set up).
    """

    __tablename__ = "staff_sessions"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), index=True)
    confirmed: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


async def begin_staff_session(
    session: AsyncSession, key_hash: str, agent_id: int, *, confirmed: bool, now: datetime, expires_at: datetime
) -> None:
    """Logs an agent in, and forgets the log-ins of everybody that have run out."""
    await session.execute(delete(StaffSession).where(StaffSession.expires_at < now))
    began = StaffSession(key_hash=key_hash, agent_id=agent_id, confirmed=confirmed, began_at=now)
    began.seen_at, began.expires_at = now, expires_at
    session.add(began)
    await session.flush()


async def staff_session(session: AsyncSession, key_hash: str, *, now: datetime) -> tuple[StaffSession, Agent] | None:
    """The log-in of this key and whose it is; None where it has run out or she is disabled."""
    statement = (
        select(StaffSession, Agent)
        .join(Agent, Agent.id == StaffSession.agent_id)
        .where(StaffSession.key_hash == key_hash, StaffSession.expires_at > now, Agent.disabled_at.is_(None))
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1])


async def extend_staff_session(session: AsyncSession, key_hash: str, *, now: datetime, expires_at: datetime) -> None:
    """The log-in was used: it now lasts until `expires_at`."""
    statement = update(StaffSession).where(StaffSession.key_hash == key_hash)
    await session.execute(statement.values(seen_at=now, expires_at=expires_at))


async def end_staff_session(session: AsyncSession, key_hash: str) -> bool:
    """This browser is logged out; False where it was not logged in any more."""
    ended = delete(StaffSession).where(StaffSession.key_hash == key_hash).returning(StaffSession.key_hash)
    return (await session.scalar(ended)) is not None


async def end_staff_sessions_of(session: AsyncSession, agent_id: int) -> None:
    """The agent is logged out everywhere."""
    await session.execute(delete(StaffSession).where(StaffSession.agent_id == agent_id))


async def staff_sessions_of(session: AsyncSession, agent_id: int, *, now: datetime) -> Sequence[StaffSession]:
    """Where the agent is logged in, the latest first."""
    statement = select(StaffSession).where(StaffSession.agent_id == agent_id, StaffSession.expires_at > now)
    return (
        await session.scalars(statement.where(StaffSession.confirmed).order_by(StaffSession.seen_at.desc()))
    ).all()
