"""A shop with everything the demo sells, and nobody in it yet."""

from __future__ import annotations

from datetime import datetime

from demo.catalogue import load_catalogue
from rapport.store.conversations import Conversation
from rapport.store.database import Database
from rapport.store.products import Category, Product


async def fill_shelves(database: Database) -> None:
    """Puts the demo's catalogue into an empty database."""
    catalogue = load_catalogue()
    async with database.session() as session:
        session.add_all(Category(code=shelf.code, names=shelf.names.as_dict()) for shelf in catalogue.categories)
        await session.flush()
        session.add_all(
            Product(
                sku=product.sku,
                category=product.category,
                price_minor=product.price_minor,
                stock=product.stock,
                names=product.names.as_dict(),
                descriptions=product.descriptions.as_dict(),
                attributes={attribute.code: attribute.as_dict() for attribute in product.attributes},
            )
            for product in catalogue.products
        )


async def open_conversation(database: Database, id_: str, *, language: str, now: datetime) -> None:
    """A visitor begins to chat."""
    async with database.session() as session:
        session.add(Conversation(id=id_, customer_id=None, channel="web", language=language, opened_at=now))
