"""A question about products: what it points at, what was shown before it, and what it asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from actions.catalogue import Catalogue
from actions.meant import Shown
from actions.pointing import Pointing, point
from actions.turn import Turn
from rapport.store.products import products_by_sku

Asked = Literal["price", "stock", "details", "compare", "search"]
BY_INTENT: dict[str, Asked] = {
    "price_query": "price",
    "product_availability": "stock",
    "product_details": "details",
    "compare_products": "compare",
}
INTENTS = {asked: intent for intent, asked in BY_INTENT.items()}


@dataclass(frozen=True, slots=True)
class Asking:
    """A turn read against what was shown."""

    turn: Turn
    pointing: Pointing
    shown: Shown
    asked: Asked

    @property
    def describing(self) -> tuple[str, ...]:
        """The words that describe (red, waterproof), not those for a kind of thing."""
        return tuple(word for word in self.pointing.words if self.shown.attributes.means(word))

    @property
    def kind(self) -> tuple[str, ...]:
        """The words for a kind of thing (mug, 围巾), and whatever else describes nothing here."""
        return tuple(word for word in self.pointing.words if not self.shown.attributes.means(word))


async def read_asking(session: AsyncSession, catalogue: Catalogue, turn: Turn) -> Asking:
    """Reads the message; an amount of money and a product's name in it say something else."""
    await catalogue.refresh(session, now=turn.now)
    said_otherwise = [one.written for one in turn.entities if one.kind in ("budget", "product")]
    pointing = point(turn.text, ignoring=said_otherwise)
    context = turn.context
    products = await products_by_sku(session, {*context.listed, context.focus})
    listed = tuple(products[sku] for sku in context.listed if sku in products and products[sku].active)
    shown = Shown(listed, products.get(context.focus), catalogue.attributes, catalogue.knows)
    return Asking(turn, pointing, shown, _asked(turn, pointing, shown))


def _asked(turn: Turn, pointing: Pointing, shown: Shown) -> Asked:
    """The words come before the intent: without what was said before, an intent is guessed at."""
    if pointing.asked:
        return pointing.asked
    if pointing.values_of:
        return "details"
    points_only = pointing.strongly and not pointing.words
    if turn.context.asked and (pointing.corrects or points_only) and turn.intent not in BY_INTENT:
        return _again(turn.context.asked)
    if (
        pointing.words
        and all(shown.attributes.means(word) for word in pointing.words)
        and turn.intent != "price_query"
    ):
        return "details"
    return BY_INTENT.get(turn.intent, "search")


def _again(asked: str) -> Asked:
    return BY_INTENT.get(asked, "search")
