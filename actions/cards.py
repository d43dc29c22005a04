"""Products as cards, in the customer's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncSession

from actions.context import Wish, as_json
from actions.formats import money
from actions.reply import Card
from actions.texts import Texts
from actions.turn import Turn
from rapport.store.conversations import Conversation
from rapport.store.products import Product

FEW_LEFT = 10
SHOWN_KEPT = 12


def name_of(product: Product, turn: Turn) -> str:
    """The product's name in the language of the turn, else in any."""
    return str(product.names.get(turn.language) or next(iter(product.names.values()), product.sku))


def card_of(product: Product, turn: Turn, *, texts: Texts, currency: str) -> Card:
    """The product as the widget shows it."""
    return Card(
        sku=product.sku,
        name=name_of(product, turn),
        description=str(product.descriptions.get(turn.language, "")),
        price=money(product.price_minor, currency, turn.language),
        picture=picture_of(product),
        url=page_of(product),
        stock=stock_of(product, turn, texts),
    )


async def remember_shown(
    session: AsyncSession, turn: Turn, products: Iterable[Product], *, asked: str = "", wish: Wish | None = None
) -> None:
    """Notes what the customer has before her eyes, in its order, in front of what she saw earlier.

    `asked` is what she asked of it (an intent); `wish` is what she was looking for, where this came of a new search.
    """
    skus = [product.sku for product in products]
    earlier = [sku for sku in turn.shown if sku not in skus]
    conversation = await session.get_one(Conversation, turn.conversation_id)
    conversation.shown_products = (skus + earlier)[:SHOWN_KEPT]
    conversation.context = as_json(turn.context.showing(skus, asked=asked, wish=wish))


async def leave_shown(session: AsyncSession, turn: Turn) -> None:
    """Notes that something else is spoken of now."""
    conversation = await session.get_one(Conversation, turn.conversation_id)
    conversation.context = as_json(replace(turn.context, current=False))


def page_of(product: Product) -> str:
    """The path of its page."""
    return f"/products/{quote(product.sku)}"


def picture_of(product: Product) -> str:
    """The path of its picture: its own, or the one drawn for it."""
    if product.picture and product.picture.startswith("/"):
        return product.picture
    return f"/pictures/{quote(product.sku)}.svg"


def stock_of(product: Product, turn: Turn, texts: Texts) -> str:
    """How much there is, in words."""
    if product.stock <= 0:
        return texts.say("stock.none", turn.language)
    if product.stock < FEW_LEFT:
        return texts.say("stock.few", turn.language, count=product.stock)
    return texts.say("stock.plenty", turn.language)
