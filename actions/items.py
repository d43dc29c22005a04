"""What is in an order, in the customer's language."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from actions.cards import name_of
from actions.turn import Turn
from rapport.store.orders import Order
from rapport.store.products import products_by_id


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an order whose product the catalogue still knows."""

    sku: str
    name: str
    category: str | None
    quantity: int


async def items_of(session: AsyncSession, order: Order, turn: Turn) -> list[Item]:
    """The order's lines, in its order."""
    await session.refresh(order, ["lines"])
    products = await products_by_id(session, {line.product_id for line in order.lines})
    known = [(products[line.product_id], line.quantity) for line in order.lines if line.product_id in products]
    return [Item(product.sku, name_of(product, turn), product.category, quantity) for product, quantity in known]
