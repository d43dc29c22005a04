"""More orders for the small shop, in any state."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from rapport.store.orders import Order, OrderLine
from rapport.store.tickets import Ticket
from tests.actions.rasa_calls import Rasa, entity
from tests.actions.small_shop import MEI_EMAIL, Shop

DAYS_FROM_PLACING = {"shipped_at": 1, "delivered_at": 4, "cancelled_at": 1}


async def add_order(
    shop: Shop, number: str, status: str, now: datetime, *, days_ago: int = 1, skus: tuple[str, ...] = ("TEA-1",)
) -> int:
    """An order of Mei's, placed so many days ago; gives its id."""
    placed = now - timedelta(days=days_ago)
    reached = {
        "shipped": ("shipped_at",),
        "delivered": ("shipped_at", "delivered_at"),
        "cancelled": ("cancelled_at",),
    }
    async with shop.database.session() as session:
        order = Order(number=number, customer_id=shop.mei, status=status, currency="CNY", total_minor=12_800)
        order.placed_at = placed
        for name in reached.get(status, ()):
            setattr(order, name, placed + timedelta(days=DAYS_FROM_PLACING[name]))
        order.lines = [OrderLine(product_id=shop.products[sku], quantity=1, unit_price_minor=12_800) for sku in skus]
        session.add(order)
        await session.flush()
        return order.id


async def order_now(shop: Shop, number: str) -> Order:
    """The order as the database has it."""
    async with shop.database.reading() as session:
        return (await session.scalars(select(Order).where(Order.number == number))).one()


async def tickets(shop: Shop) -> list[tuple[str, str | None, int | None]]:
    """Every ticket: kind, number of its order, customer."""
    async with shop.database.reading() as session:
        found = select(Ticket.kind, Order.number, Ticket.customer_id).outerjoin(Order, Order.id == Ticket.order_id)
        return [(row[0], row[1], row[2]) for row in await session.execute(found.order_by(Ticket.id))]


async def prove(rasa: Rasa, number: str) -> None:
    """Shows in the anonymous conversation that the order is Mei's."""
    both = [entity("order_id", number), entity("email", MEI_EMAIL)]
    await rasa.asks("order_status", f"{number} {MEI_EMAIL} 到哪了", entities=both)


async def ticket_texts(shop: Shop) -> list[str]:
    """What staff read, ticket by ticket."""
    async with shop.database.reading() as session:
        return list(await session.scalars(select(Ticket.text).order_by(Ticket.id)))
