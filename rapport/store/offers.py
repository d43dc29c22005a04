"""What a customer was given to decide on: exposures, coupons, loyalty points."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base
from rapport.store.database import insert_or_ignore


class Exposure(Base):
    """The decision that put a customer in a group of an experiment, with the probability it had."""

    __tablename__ = "exposures"
    __table_args__ = (UniqueConstraint("experiment", "customer_id", "occurrence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    experiment: Mapped[str] = mapped_column(String(128))
    occurrence: Mapped[str] = mapped_column(String(64), default="")
    arm: Mapped[str] = mapped_column(String(64))
    probability: Mapped[float]
    at: Mapped[datetime]


class Coupon(Base):
    """A discount in per cent for one customer; `rule` is the rule that gave it."""

    __tablename__ = "coupons"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    percent: Mapped[int]
    minimum_minor: Mapped[int] = mapped_column(default=0)
    rule: Mapped[str] = mapped_column(String(64), default="")
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id", ondelete="SET NULL"))


class LoyaltyEntry(Base):
    """A line of the points ledger: the balance is the sum, nothing is ever changed."""

    __tablename__ = "loyalty_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    points: Mapped[int]
    reason: Mapped[str] = mapped_column(String(64))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id", ondelete="SET NULL"))
    at: Mapped[datetime]


async def record_exposure(
    session: AsyncSession,
    customer_id: int,
    *,
    experiment: str,
    arm: str,
    probability: float,
    at: datetime,
    occurrence: str = "",
) -> None:
    """Notes which group a customer is in; the first note of an occurrence stays."""
    statement = insert_or_ignore(session, Exposure, conflict=["experiment", "customer_id", "occurrence"])
    await session.execute(
        statement.values(
            customer_id=customer_id,
            experiment=experiment,
            occurrence=occurrence,
            arm=arm,
            probability=probability,
            at=at,
        )
    )


async def points_of(session: AsyncSession, customer_id: int) -> int:
    """The balance of the customer's loyalty points."""
    total = await session.scalar(
        select(func.coalesce(func.sum(LoyaltyEntry.points), 0)).where(LoyaltyEntry.customer_id == customer_id)
    )
    return int(total or 0)


async def coupon_of_rule(
    session: AsyncSession, customer_id: int | None, *, rule: str, percent: int, now: datetime
) -> Coupon | None:
    """The coupon of so many per cent the customer has from this rule and may still use, if any."""
    mine = (Coupon.customer_id == customer_id) & (Coupon.rule == rule) & (Coupon.percent == percent)
    statement = select(Coupon).where(mine, Coupon.expires_at > now, Coupon.order_id.is_(None))
    return await session.scalar(statement.order_by(Coupon.expires_at.desc(), Coupon.code).limit(1))


async def take_back_points(
    session: AsyncSession, customer_id: int, order_id: int, *, reason: str, now: datetime
) -> int:
    """Balances what an order has earned and cost in points; gives the points of the new line, 0 for none."""
    mine = (LoyaltyEntry.customer_id == customer_id) & (LoyaltyEntry.order_id == order_id)
    total = await session.scalar(select(func.coalesce(func.sum(LoyaltyEntry.points), 0)).where(mine))
    points = -int(total or 0)
    if points:
        session.add(LoyaltyEntry(customer_id=customer_id, points=points, reason=reason, order_id=order_id, at=now))
        await session.flush()
    return points


async def release_coupons(session: AsyncSession, order_id: int) -> None:
    """Coupons used for an order may be used again, as long as they last."""
    await session.execute(update(Coupon).where(Coupon.order_id == order_id).values(order_id=None))


async def find_coupon(session: AsyncSession, code: str) -> Coupon | None:
    """The coupon of a code, whoever's it is."""
    return await session.get(Coupon, code)


async def usable_coupons(session: AsyncSession, customer_id: int, *, now: datetime, limit: int) -> list[Coupon]:
    """What the customer was given and may still use, what lapses first in front."""
    usable = (Coupon.customer_id == customer_id) & Coupon.order_id.is_(None) & (Coupon.expires_at > now)
    return list(
        await session.scalars(select(Coupon).where(usable).order_by(Coupon.expires_at, Coupon.code).limit(limit))
    )
