"""Searches the shelves: for a new wish, for the last one seen anew ("in blue?"), for things of one kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from actions.attributes import AttributeWords
from actions.budget import Budget
from actions.catalogue import Catalogue
from actions.context import Wish
from actions.meant import fits, measure
from actions.pointing import Extreme
from actions.turn import Turn
from models.words import words
from rapport.store.products import Product, active_products, products_by_id

CANDIDATES = 40
# A hit that answers less of the question than this is shown as "close to it", not as "it".
WHOLE = 0.75


@dataclass(frozen=True, slots=True)
class Found:
    """`whole` answer the whole wish; `close` a part of it; `unpriced` says that only the budget kept some away."""

    whole: tuple[Product, ...] = ()
    close: tuple[Product, ...] = ()
    unpriced: bool = False


async def look(session: AsyncSession, catalogue: Catalogue, wish: Wish, turn: Turn, *, question: str = "") -> Found:
    """What fulfils a wish, the best first and what is in stock before what is not; `question` is it in full."""
    # What describes a thing is looked up in its attributes: 红 finds a red umbrella, though no text says it so.
    query = question or " ".join(wish.kind or wish.described)
    hits = await catalogue.find(session, query, count=CANDIDATES, now=turn.now)
    products = await products_by_id(session, [hit.id for hit in hits])
    whole = [products[hit.id] for hit in hits if hit.coverage >= WHOLE and hit.id in products]
    close = [products[hit.id] for hit in hits if hit.coverage < WHOLE and hit.id in products]
    shelf = [product for product in whole if wish.category in ("", product.category)]
    exact = [product for product in shelf if _is_as_described(product, wish, catalogue.attributes)]
    affordable = _in_order(exact, _budget(wish))
    rest = _in_order([product for product in (*shelf, *close) if product not in exact], _budget(wish))
    return Found(tuple(affordable), tuple(rest), unpriced=bool(exact) and not affordable)


async def shelf(session: AsyncSession, wish: Wish) -> tuple[Product, ...]:
    """Everything of a category within the budget."""
    everything = await active_products(session)
    return tuple(_in_order([one for one in everything if one.category == wish.category], _budget(wish)))


async def alike(session: AsyncSession, product: Product) -> tuple[Product, ...]:
    """Other things of its kind, in stock: those called by the same noun on the same shelf, nearest in price first."""
    nouns = set(filter(None, map(_noun, product.names.values())))
    others = [
        other
        for other in await active_products(session)
        if other.id != product.id and other.category == product.category and other.stock > 0
    ]
    called = [other for other in others if nouns & {word for name in other.names.values() for word in words(name)}]
    return tuple(sorted(called or others, key=lambda other: abs(other.price_minor - product.price_minor)))


def seen_anew(wish: Wish, described: Sequence[str], budget: Budget | None, attributes: AttributeWords) -> Wish:
    """The last wish with what is new: another colour takes the place of the old one, as another budget does."""
    taken = {code for word in described for code, _ in attributes.means(word)}
    kept = [word for word in wish.described if not taken & {code for code, _ in attributes.means(word)}]
    seen = replace(wish, described=(*kept, *described))
    return seen if budget is None else replace(seen, at_least=budget.at_least, at_most=budget.at_most)


def beyond(pool: Iterable[Product], than: Extreme, limit: tuple[str, float]) -> tuple[Product, ...]:
    """Those that are cheaper (bigger …) than the limit, the nearest to it first."""
    measured = [(measure(product, than), product) for product in pool]
    further = [
        (abs(found[1] - limit[1]), product)
        for found, product in measured
        if found and found[0] == limit[0] and than.sign * (found[1] - limit[1]) > 0
    ]
    return tuple(product for _, product in sorted(further, key=lambda one: (one[1].stock <= 0, one[0])))


def _budget(wish: Wish) -> Budget | None:
    return None if wish.at_least is None and wish.at_most is None else Budget(wish.at_least, wish.at_most)


def _noun(name: str) -> str:
    """What a name ends in: the noun, in Chinese as in English."""
    return next(reversed(words(name)), "")


def _is_as_described(product: Product, wish: Wish, attributes: AttributeWords) -> bool:
    return all(fits(product, word, attributes) for word in wish.described)


def _in_order(products: Iterable[Product], budget: Budget | None) -> list[Product]:
    fitting = [product for product in products if budget is None or budget.allows(product.price_minor)]
    return sorted(fitting, key=lambda product: product.stock <= 0)
