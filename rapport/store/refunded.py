"""Orders that have to do with money given back."""

from __future__ import annotations

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.orders import Order, Refund
from rapport.store.tickets import Ticket

KINDS = ("return", "refund")


async def orders_with_money_back(session: AsyncSession, customer_id: int, *, limit: int) -> list[Order]:
    """The customer's orders that were cancelled, refunded, or are being returned, newest first."""
    refunded = exists().where(Refund.order_id == Order.id)
    under_way = exists().where(Ticket.order_id == Order.id, Ticket.kind.in_(KINDS))
    statement = select(Order).where(Order.customer_id == customer_id)
    statement = statement.where(or_(Order.status == "cancelled", refunded, under_way))
    return list(await session.scalars(statement.order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit)))
