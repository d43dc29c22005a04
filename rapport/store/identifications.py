"""Attempts of a visitor to show, within a conversation, whose order she asks about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base, BigKey
from rapport.store.orders import Order


class Identification(Base):
    """One attempt, never changed after; `order_id` is the order that was proven, None where nothing was."""

    __tablename__ = "identifications"

    id: Mapped[BigKey]
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    at: Mapped[datetime]


async def note_attempt(session: AsyncSession, conversation_id: str, *, order_id: int | None, at: datetime) -> None:
    """Appends an attempt, successful where it names an order."""
    session.add(Identification(conversation_id=conversation_id, order_id=order_id, at=at))
    await session.flush()


async def proven_orders(session: AsyncSession, conversation_id: str) -> list[Order]:
    """The orders whose buyer this conversation has shown to be with, the latest proven first."""
    mine = (Identification.conversation_id == conversation_id) & Identification.order_id.is_not(None)
    newest = select(Identification.order_id, func.max(Identification.id).label("last")).where(mine)
    proven = newest.group_by(Identification.order_id).subquery()
    statement = select(Order).join(proven, proven.c.order_id == Order.id).order_by(proven.c.last.desc())
    return list(await session.scalars(statement))


async def failed_attempts(session: AsyncSession, conversation_id: str, *, in_a_row: bool = True) -> int:
    """How many attempts of this conversation failed: since the last that did not, or at all."""
    mine = Identification.conversation_id == conversation_id
    failed = select(func.count()).where(mine, Identification.order_id.is_(None))
    if in_a_row:
        proven = select(func.coalesce(func.max(Identification.id), 0)).where(
            mine, Identification.order_id.is_not(None)
        )
        failed = failed.where(Identification.id > proven.scalar_subquery())
    return await session.scalar(failed) or 0
