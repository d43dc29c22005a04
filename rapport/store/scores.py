"""Scores and segments: what the models said of a customer, when, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base


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
