"""A search that rests on what was said before: in another colour, for less, or simply more of the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from actions.asking import Asking
from actions.budget import Budget, budget_of
from actions.cards import name_of
from actions.context import Wish
from actions.formats import money
from actions.looking import alike, beyond, look, seen_anew
from actions.meant import fits, measure, most
from actions.pointing import Extreme
from actions.reply import Answer
from actions.services import Services
from actions.showing import Showing
from actions.turn import Turn
from rapport.store.products import Product, products_by_id

SUGGESTED = 20
_NAMES = {("price", -1): "cheaper", ("price", 1): "dearer", ("size", 1): "bigger", ("size", -1): "smaller"}


def rests_on_before(asking: Asking, *, has_budget: bool) -> bool:
    """True if the message names no kind of thing, but says what it should be like."""
    pointing, shown = asking.pointing, asking.shown
    if asking.kind or asking.turn.named("category") or not (shown.listed or shown.focus or asking.turn.context.wish):
        return False
    wishes = (asking.describing, asking.unwanted, pointing.than, pointing.more, pointing.extreme)
    return has_budget or any(wishes)


@dataclass(frozen=True, slots=True)
class Again:
    """Answers what `rests_on_before`."""

    services: Services
    showing: Showing

    async def answer(self, session: AsyncSession, asking: Asking) -> Answer:
        """One of the ways to go on from what was shown."""
        pointing = asking.pointing
        than = pointing.than or pointing.extreme
        if than and not asking.turn.named("budget"):
            return await self._by_measure(session, asking, than)
        if pointing.more and not asking.describing and not asking.unwanted:
            return await self._more(session, asking)
        return await self._described(session, asking)

    async def _by_measure(self, session: AsyncSession, asking: Asking, than: Extreme) -> Answer:
        """Something cheaper (bigger …) than the one spoken of, or than all of those shown."""
        shown, name = asking.shown, _NAMES[than.dimension, than.sign]
        pool = _once((*await self._kind(session, asking), *shown.listed, *((shown.focus,) if shown.focus else ())))
        reference = shown.focus or most(shown.listed, than)
        limit = measure(reference, than) if reference and asking.pointing.than else None
        further = beyond(pool, than, limit) if limit else ()
        if further:
            return await self.showing.listed(session, asking, f"search.{name}", further)
        best = most([one for one in pool if limit is None or _measured_alike(one, than, limit)], than)
        if best is None:
            return await self.showing.which(session, asking, shown.listed)
        return await self._one(session, asking, f"search.no_{name}", best)

    async def _one(self, session: AsyncSession, asking: Asking, key: str, product: Product) -> Answer:
        price = money(product.price_minor, self.services.settings.currency, asking.turn.language)
        named = name_of(product, asking.turn)
        return await self.showing.listed(session, asking, key, (product,), name=named, price=price)

    async def _more(self, session: AsyncSession, asking: Asking) -> Answer:
        """Others of the kind; when there are none, the shelf is at its end."""
        seen = set(asking.turn.shown)
        others = [product for product in await self._kind(session, asking) if product.sku not in seen]
        if others:
            return await self.showing.listed(session, asking, "search.more", others)
        return await self.showing.listed(session, asking, "search.no_more", asking.shown.listed)

    async def _described(self, session: AsyncSession, asking: Asking) -> Answer:
        """In that colour, of that stuff, at that price."""
        focus, turn = asking.shown.focus, asking.turn
        budget = budget_of(turn.entities, self.services.settings.currency)
        if focus and not budget and _is_so(focus, asking):
            return await self.showing.about(session, asking, focus)
        if focus and asking.unwanted and not asking.describing:
            focus = None
        wish = seen_anew(turn.context.wish, asking.describing, budget, asking.shown.attributes)
        found = await self._such(session, asking, wish, budget)
        if len(found) == 1 and asking.asked in ("price", "stock"):
            return await self.showing.about(session, asking, found[0], wish=wish)
        if found and focus and not budget:
            named = name_of(focus, turn)
            return await self.showing.listed(session, asking, "search.instead", found, wish=wish, name=named)
        if found:
            return await self.showing.listed(session, asking, "search.found", found, wish=wish)
        if focus and not budget:
            return await self.showing.about(session, asking, focus)
        return await self.showing.listed(session, asking, "search.none_such", asking.shown.listed)

    async def _such(
        self, session: AsyncSession, asking: Asking, wish: Wish, budget: Budget | None
    ) -> tuple[Product, ...]:
        """What fulfils the wish seen anew; without one, the like of what was shown."""
        focus = asking.shown.focus
        if wish:
            pool = (await look(session, self.services.catalogue, wish, asking.turn)).whole
        else:
            pool = await alike(session, focus) if focus else asking.shown.listed
        if budget and not (wish or focus):
            # Of what was suggested little may be within the sum; others of the kind are.
            pool = _once((*pool, *await self._kind(session, asking)))
        return _fitting(pool, asking, budget)

    async def _kind(self, session: AsyncSession, asking: Asking) -> tuple[Product, ...]:
        """Everything of the kind spoken of."""
        wish, focus = asking.turn.context.wish, asking.shown.focus
        if wish:
            found = await look(session, self.services.catalogue, wish, asking.turn)
            return found.whole
        if focus is None and len({product.category for product in asking.shown.listed}) > 1:
            return await self._suggested(session, asking.turn)
        first = focus or next(iter(asking.shown.listed), None)
        return await alike(session, first) if first else ()

    async def _suggested(self, session: AsyncSession, turn: Turn) -> tuple[Product, ...]:
        """More of what she may like, where what was shown had nothing else in common."""
        liked = await self.services.scorer.recommend(session, turn.customer_id, count=SUGGESTED, now=turn.now)
        products = await products_by_id(session, [item.product_id for item in liked])
        return tuple(products[item.product_id] for item in liked if item.product_id in products)


def _fitting(pool: Iterable[Product], asking: Asking, budget: Budget | None) -> tuple[Product, ...]:
    so = (one for one in pool if _is_so(one, asking))
    return tuple(one for one in so if budget is None or budget.allows(one.price_minor))


def _is_so(product: Product, asking: Asking) -> bool:
    attributes = asking.shown.attributes
    unwanted = any(fits(product, word, attributes) for word in asking.unwanted)
    return not unwanted and all(fits(product, word, attributes) for word in asking.describing)


def _measured_alike(product: Product, than: Extreme, limit: tuple[str, float]) -> bool:
    found = measure(product, than)
    return found is not None and found[0] == limit[0]


def _once(products: Iterable[Product]) -> tuple[Product, ...]:
    return tuple({product.id: product for product in products}.values())
