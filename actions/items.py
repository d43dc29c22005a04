"""What is in an order, in the customer's language."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from actions.cards import name_of
from actions.turn import Turn
from rapport.store.orders import Order
from rapport.store.products import Product, products_by_id


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an order whose product the catalogue still knows; `names` are its names in all languages."""

    sku: str
    name: str
    names: str
    category: str | None
    quantity: int


async def items_of(session: AsyncSession, order: Order, turn: Turn) -> list[Item]:
    """The order's lines, in its order."""
    await session.refresh(order, ["lines"])
    products = await products_by_id(session, {line.product_id for line in order.lines})
    known = [(products[line.product_id], line.quantity) for line in order.lines if line.product_id in products]
    return [_item(product, quantity, turn) for product, quantity in known]


def _item(product: Product, quantity: int, turn: Turn) -> Item:
    names = " ".join(str(name) for name in product.names.values())
    return Item(product.sku, name_of(product, turn), names, product.category, quantity)
