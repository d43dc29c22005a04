"""Orders, their lines, and refunds."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rapport.store.base import Base, BigKey
from rapport.store.products import Product

UNSHIPPED = ("placed", "paid")


class Order(Base):
    """What a customer bought in one go. `status`: placed, paid, shipped, delivered or cancelled.

    `customer_id` is None for an order whose buyer the source did not name.
    """

    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_customer_placed", "customer_id", "placed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(64), unique=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"))
    status: Mapped[str] = mapped_column(String(16), default="placed")
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[int]
    placed_at: Mapped[datetime] = mapped_column(index=True)
    shipped_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    carrier: Mapped[str | None] = mapped_column(String(64))
    tracking_number: Mapped[str | None] = mapped_column(String(64))
    lines: Mapped[list[OrderLine]] = relationship(order_by="OrderLine.id", cascade="all, delete-orphan")


class OrderLine(Base):
    """A product of an order; `unit_price_minor` is what was paid for one."""

    __tablename__ = "order_lines"

    id: Mapped[BigKey]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    quantity: Mapped[int]
    unit_price_minor: Mapped[int]


class Refund(Base):
    """Money given back; `number` is the source's own number for it. The order may be unknown to us."""

    __tablename__ = "refunds"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(80), unique=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int] = mapped_column(default=1)
    amount_minor: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)


async def find_order(session: AsyncSession, number: str) -> Order | None:
    """The order with this number, if any."""
    return await session.scalar(select(Order).where(Order.number == number))


async def latest_orders(session: AsyncSession, customer_id: int, *, limit: int = 5) -> list[Order]:
    """The customer's orders, newest first."""
    statement = select(Order).where(Order.customer_id == customer_id)
    return list(await session.scalars(statement.order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit)))


async def names_in_orders(
    session: AsyncSession, order_ids: Collection[int]
) -> dict[int, list[tuple[dict[str, Any], int]]]:
    """Order → what is in it: a product's names, and how many."""
    statement = select(OrderLine.order_id, Product.names, OrderLine.quantity).join(Product)
    found: dict[int, list[tuple[dict[str, Any], int]]] = {}
    for order_id, names, quantity in await session.execute(
        statement.where(OrderLine.order_id.in_(order_ids)).order_by(OrderLine.id)
    ):
        found.setdefault(order_id, []).append((names, quantity))
    return found


async def cancel_order(session: AsyncSession, order: Order, *, now: datetime) -> bool:
    """Cancels an order that has not been shipped; False where it was shipped or cancelled meanwhile."""
    statement = update(Order).where(Order.id == order.id, Order.status.in_(UNSHIPPED))
    statement = statement.values(status="cancelled", cancelled_at=now).returning(Order.id)
    cancelled = await session.scalar(statement)
    await session.refresh(order)
    return cancelled is not None


async def refunds_of_order(session: AsyncSession, order_id: int) -> list[Refund]:
    """What was given back for an order, oldest first."""
    return list(
        await session.scalars(select(Refund).where(Refund.order_id == order_id).order_by(Refund.at, Refund.id))
    )
