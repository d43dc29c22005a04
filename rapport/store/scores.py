"""Scores and segments: what the models said of a customer, when, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base
from rapport.store.database import insert_or_replace


class Score(Base):
    """The newest number of one model for one customer.

    `reasons` is [{"feature": name, "value": number, "effect": change of the log-odds}], strongest first.
    """

    __tablename__ = "scores"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[float]
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    model_version: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class SegmentMembership(Base):
    """A stay of a customer in a segment; the one without `left_at` is where she is now."""

    __tablename__ = "segment_memberships"
    __table_args__ = (
        Index("ix_segment_memberships_customer", "customer_id", "left_at"),
        Index("ix_segment_memberships_segment", "segment", "left_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    segment: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(64))
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


async def segment_of(session: AsyncSession, customer_id: int) -> str | None:
    """The segment the customer is in now; None before the first scoring."""
    statement = select(SegmentMembership.segment).where(
        SegmentMembership.customer_id == customer_id, SegmentMembership.left_at.is_(None)
    )
    return await session.scalar(statement.order_by(SegmentMembership.id.desc()).limit(1))


async def scores_of(session: AsyncSession, customer_id: int) -> Sequence[Score]:
    """The customer's scores, by name."""
    rows = await session.scalars(select(Score).where(Score.customer_id == customer_id).order_by(Score.name))
    return rows.all()


async def save_scores(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes scores (dicts of Score's columns), each in the place of the one before it."""
    if rows:
        statement = insert_or_replace(session, Score, conflict=["customer_id", "name"])
        await session.execute(statement, list(rows))


async def move_to_segments(
    session: AsyncSession, segments: Mapping[int, str], *, model_version: str, at: datetime
) -> int:
    """Records in which segment each customer is now; who stays where she is keeps her stay. Returns who moved."""
    if not segments:
        return 0
    stays = select(SegmentMembership.customer_id, SegmentMembership.segment).where(
        SegmentMembership.customer_id.in_(list(segments)), SegmentMembership.left_at.is_(None)
    )
    before = dict((await session.execute(stays)).all())
    moved = {customer: segment for customer, segment in segments.items() if before.get(customer) != segment}
    leaving = [customer for customer in moved if customer in before]
    left = update(SegmentMembership).where(
        SegmentMembership.customer_id.in_(leaving), SegmentMembership.left_at.is_(None)
    )
    await session.execute(left.values(left_at=at))
    entered = [
        {"customer_id": customer, "segment": segment, "model_version": model_version, "entered_at": at}
        for customer, segment in moved.items()
    ]
    if entered:
        await session.execute(insert(SegmentMembership), entered)
    return len(moved)
