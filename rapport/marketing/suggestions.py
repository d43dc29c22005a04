"""Which products to show a customer: what goes with what she likes, then what others buy, of what is on sale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from models.recommendation import Recommender
from rapport.store.purchases import on_sale, products_viewed, purchases_of

BOUGHT_LATELY = timedelta(days=90)
VIEWED_LATELY = timedelta(days=30)
INTEREST_HALF_LIFE = timedelta(days=120)
# A look says less than a purchase, and what she asks about now more than either.
VIEW, ASKED = 0.4, 3.0
# So many of the best are checked against the shelves first; most of them are on sale.
CANDIDATES = 40


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A product worth showing; `because` are the products of hers that speak for it (none: it is popular). Scores
    compare within one list only."""

    product_id: int
    score: float
    because: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Interests:
    """Product → how much it says of her taste; `owned` was bought so lately that she needs no second one."""

    weights: Mapping[int, float] = field(default_factory=dict)
    owned: frozenset[int] = frozenset()

    def as_columns(self) -> dict[str, list[float]]:
        """For `Recommender.predict`."""
        return {"product_id": list(self.weights), "weight": list(self.weights.values())}


async def interests_of(
    session: AsyncSession, customer_id: int | None, *, now: datetime, like: Sequence[int]
) -> Interests:
    """What she bought, looked at, and asks about (`like`)."""
    weights: defaultdict[int, float] = defaultdict(float)
    owned: frozenset[int] = frozenset()
    if customer_id is not None:
        purchases = await purchases_of(session, customer_id, before=now)
        owned = frozenset(bought.product_id for bought in purchases if bought.at >= now - BOUGHT_LATELY)
        for bought in purchases:
            weights[bought.product_id] += 0.5 ** ((now - bought.at) / INTEREST_HALF_LIFE)
        for product_id in await products_viewed(session, customer_id, since=now - VIEWED_LATELY, before=now):
            weights[product_id] += VIEW
    for product_id in like:
        weights[product_id] += ASKED
    return Interests(dict(weights), owned)


async def suggest(
    session: AsyncSession,
    model: Recommender | None,
    interests: Interests,
    *,
    count: int,
    category: str | None = None,
    excluded: Iterable[int] = (),
) -> list[Recommendation]:
    """The best `count` products on sale (of the category), none of them owned or `excluded`."""
    hidden = interests.owned | set(excluded)
    ranked = _ranked(model, interests)
    # A category is small and read whole; of the catalogue only the candidates are looked up.
    among = None if category else list(ranked)[:CANDIDATES]
    shelves = await on_sale(session, among=among, category=category)
    if len(shelves.keys() - hidden) < count and not category:
        shelves = await on_sale(session)
    offered = {product: shelf for product, shelf in shelves.items() if product not in hidden}
    chosen = [product for product in ranked if product in offered]
    chosen += [product for product in offered if product not in ranked]
    if model is None or not model.knows_any(interests.weights):
        chosen = _spread(chosen, offered)
    return [_recommendation(product, ranked.get(product, 0.0), model, interests) for product in chosen[:count]]


def _ranked(model: Recommender | None, interests: Interests) -> dict[int, float]:
    """Product → score, best first."""
    if model is None:
        return {}
    scores = model.predict(interests.as_columns())
    order = np.argsort(-scores, kind="stable")
    return dict(zip(model.products_[order].tolist(), scores[order].tolist(), strict=True))


def _spread(products: Sequence[int], shelves: Mapping[int, str | None]) -> list[int]:
    """The best of each category in turn: who is new sees the breadth of the shop."""
    by_category: defaultdict[str | None, list[int]] = defaultdict(list)
    for product in products:
        by_category[shelves[product]].append(product)
    rounds = zip_longest(*by_category.values())
    return [product for each in rounds for product in each if product is not None]


def _recommendation(product_id: int, score: float, model: Recommender | None, interests: Interests) -> Recommendation:
    because = model.because(product_id, interests.as_columns()) if model else ()
    return Recommendation(product_id, score, because)
