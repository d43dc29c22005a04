"""What is in an order, in the customer's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from actions.cards import name_of
from actions.naming import called
from actions.picking import picked
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


def meant(turn: Turn, items: Sequence[Item], *, named: str, said: str, asked: bool) -> list[Item]:
    """Which are meant: `named` (SKUs with commas), by their kind, by a part of their name, or all of one.

    Where she was `asked` which, her answer tells, by a place in the list too; else the words she began with do.
    """
    skus = {*named.split(","), *turn.named("product")}
    chosen = [item for item in items if item.sku in skus]
    if chosen or len(items) < 2:
        return chosen or list(items)
    of_kind = [item for item in items if item.category in turn.named("category")] if asked else []
    places = picked(turn.text, len(items)) if asked else ()
    places = places or called(turn.text if asked else said, [item.names for item in items])
    return of_kind or [items[place] for place in places]


def _item(product: Product, quantity: int, turn: Turn) -> Item:
    names = " ".join(str(name) for name in product.names.values())
    return Item(product.sku, name_of(product, turn), names, product.category, quantity)
