"""Events: what customers did, in the past tense, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base, BigKey
from rapport.store.database import insert_or_ignore, insert_or_ignore_on

IN_ONE = text("conversation_id IS NOT NULL")


class Event(Base):
    """`at` is when it happened, `received_at` when we heard of it; `key` makes a repetition one event."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_customer_at", "customer_id", "at"),
        Index("ix_events_name_at", "name", "at"),
        # Most events have no conversation: of those it knows nothing.
        Index("ix_events_conversation_id", "conversation_id", sqlite_where=IN_ONE, postgresql_where=IN_ONE),
    )

    id: Mapped[BigKey]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    conversation_id: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    properties: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    key: Mapped[str | None] = mapped_column(String(128), unique=True)


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event to record together with others; every one needs a `key`."""

    name: str
    customer_id: int | None
    at: datetime
    received_at: datetime
    properties: dict[str, Any]
    key: str
    conversation_id: str | None = None


async def add_event(
    session: AsyncSession,
    name: str,
    *,
    customer_id: int | None,
    at: datetime,
    properties: Mapping[str, Any] | None = None,
    conversation_id: str | None = None,
    key: str | None = None,
    received_at: datetime | None = None,
) -> int | None:
    """Records an event and gives its id; None when one with this `key` is there already."""
    values = {
        "name": name,
        "customer_id": customer_id,
        "conversation_id": conversation_id,
        "at": at,
        "received_at": received_at or at,
        "properties": dict(properties or {}),
        "key": key,
    }
    return (await session.scalars(_insert(session.get_bind().dialect.name), values)).one_or_none()


# Kept because building it takes longer than running it.
@cache
def _insert(dialect: str) -> Any:
    return insert_or_ignore_on(dialect, Event.__table__, conflict=["key"]).returning(Event.__table__.c.id)


async def recent_events(
    session: AsyncSession,
    customer_id: int,
    *,
    since: datetime,
    names: Iterable[str] | None = None,
    limit: int = 500,
) -> list[Event]:
    """The customer's events since a moment, newest first."""
    statement = select(Event).where(Event.customer_id == customer_id, Event.at >= since)
    if names is not None:
        statement = statement.where(Event.name.in_(list(names)))
    return list(await session.scalars(statement.order_by(Event.at.desc(), Event.id.desc()).limit(limit)))


async def add_events(session: AsyncSession, events: Sequence[EventRow]) -> None:
    """Records many events in one statement; those whose key is there already are left out."""
    if events:
        await session.execute(insert_or_ignore(session, Event, conflict=["key"]), [asdict(event) for event in events])
