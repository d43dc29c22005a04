"""A question about products: what it points at, what was shown before it, and what it asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from actions.budget import is_budget
from actions.catalogue import Catalogue
from actions.meant import Shown
from actions.pointing import Pointing, point
from actions.turn import Entity, Turn
from rapport.store.products import Product, products_by_sku

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

    def beside(self, products: Sequence[Product]) -> Asking:
        """The same question with one of these spoken of, if it is one."""
        return replace(self, shown=replace(self.shown, focus=products[0])) if len(products) == 1 else self

    @property
    def describing(self) -> tuple[str, ...]:
        """The words that describe (red, waterproof), not those for a kind of thing; "without caffeine" is one too."""
        lacking = (word for word in self.pointing.without if self._is_lack(word))
        return (*(word for word in self.pointing.words if self.shown.attributes.means(word)), *lacking)

    @property
    def unwanted(self) -> tuple[str, ...]:
        """What describes a thing she does not want."""
        means = self.shown.attributes.means
        return tuple(word for word in self.pointing.without if means(word) and not self._is_lack(word))

    def _is_lack(self, word: str) -> bool:
        """True for what a property is the lack of: caffeine, in `caffeine_free`."""
        return any(value.endswith("_free") for _, value in self.shown.attributes.means(word))

    @property
    def kind(self) -> tuple[str, ...]:
        """The words for a kind of thing (mug, 围巾); in a search also those for what is not sold here."""
        others = [word for word in self.pointing.words if not self.shown.attributes.means(word)]
        sought = self.turn.intent not in BY_INTENT or not (self.shown.focus or self.shown.listed)
        return tuple(word for word in others if sought or self.shown.knows(word))


async def read_asking(session: AsyncSession, catalogue: Catalogue, turn: Turn) -> Asking:
    """Reads the message; an amount of money and a product's name in it say something else."""
    await catalogue.refresh(session, now=turn.now)
    said_otherwise = [one.written for one in turn.entities if _is_name(one) or is_budget(one)]
    pointing = point(turn.text, ignoring=said_otherwise)
    context = turn.context
    products = await products_by_sku(session, {*context.listed, context.focus, *turn.shown})
    listed, seen = (
        tuple(products[sku] for sku in skus if sku in products and products[sku].active)
        for skus in (context.listed, turn.shown)
    )
    shown = Shown(listed, products.get(context.focus), catalogue.attributes, catalogue.knows, seen)
    return Asking(turn, pointing, shown, _asked(turn, pointing, shown))


def _is_name(one: Entity) -> bool:
    """True for a product's name; goods the catalogue does not name are a kind of thing, and searched for as such."""
    return one.kind == "product" and one.known


def _asked(turn: Turn, pointing: Pointing, shown: Shown) -> Asked:
    """The words come before the intent: without what was said before, an intent is guessed at."""
    words = pointing.words
    describes = bool(words) and not any(map(shown.names_a_kind, words))
    if turn.intent == "product_search" and _names_a_sum(turn) and not any(map(shown.attributes.means, words)):
        # A new wish in words of her own ("something for camping, 200 at most") asks nothing of what was shown.
        describes = False
    if pointing.asked and not (describes and pointing.asked == "stock"):
        return pointing.asked
    if pointing.values_of or (describes and turn.intent != "price_query"):
        return "details"
    if turn.intent == "compare_products" and (pointing.extreme or (pointing.one and pointing.words)):
        return "details"
    points_only = pointing.strongly and not pointing.words
    if turn.context.asked and (pointing.corrects or points_only) and turn.intent not in BY_INTENT:
        return _again(turn.context.asked)
    if pointing.count and not pointing.words and turn.intent not in BY_INTENT:
        return "price"
    return BY_INTENT.get(turn.intent, "search")


def _names_a_sum(turn: Turn) -> bool:
    return any(map(is_budget, turn.entities))


def _again(asked: str) -> Asked:
    """To be asked anew of another product; of one alone there is nothing to compare."""
    again = BY_INTENT.get(asked, "search")
    return "details" if again == "compare" else again
