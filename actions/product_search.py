"""Finds products: by what is said of them, by name, by category and budget, or by pointing at what was shown."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.again import Again, rests_on_before
from actions.asking import Asking, read_asking
from actions.budget import budget_of
from actions.context import Wish
from actions.looking import Found, look, shelf
from actions.meant import described, meant, most
from actions.reply import Answer, Happened
from actions.showing import Showing
from actions.turn import Turn
from rapport.privacy import mask
from rapport.store.products import Product, products_by_id, products_by_sku

# Taken for one of these, a message may still be about what was shown: without what came before, it has no meaning.
MISHEARD = frozenset({"nlu_fallback", "out_of_scope", "deny", "order_status", "order_change", "order_help"}) | {
    "exchange_request",
    "recommend",
}
UNHEARD = frozenset({"nlu_fallback", "out_of_scope"})


class ActionProductSearch(Ability):
    """Nothing that fits is said to be nothing; then what others like is shown, as such."""

    called = "product_search"

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """Named or pointed-at products come first, a search after."""
        asking = await read_asking(session, self.services.catalogue, turn)
        named = await _named(session, turn)
        if asking.asked == "compare":
            return await self._compare(session, asking, named)
        if named:
            return await self._about(session, asking, named, wish=Wish())
        found = meant(asking.pointing, asking.shown)
        if found.unclear:
            return await self._showing.which(session, asking, found.unclear)
        if found.products:
            return await self._about(session, asking, found.products)
        return await self._search(session, asking)

    async def recognises(self, session: AsyncSession, turn: Turn) -> bool:
        """True if all of a misheard message points at what was shown, or is a name for something we sell."""
        if turn.intent not in MISHEARD or turn.text.startswith("/"):
            return False
        asking = await read_asking(session, self.services.catalogue, turn)
        unheard, pointing = turn.intent in UNHEARD, asking.pointing
        if unheard and turn.named("product"):
            return True
        if turn.context.current and _speaks_of_shown(asking):
            return pointing.strongly or (unheard and (pointing.at_all or bool(pointing.words)))
        return (unheard or pointing.corrects) and bool(asking.kind) and await self._sells(session, asking)

    async def _sells(self, session: AsyncSession, asking: Asking) -> bool:
        """True if every word of the message describes one and the same thing we sell."""
        pointing = asking.pointing
        hits = await self.services.catalogue.find(session, " ".join(pointing.words), count=1, now=asking.turn.now)
        return bool(hits) and hits[0].coverage >= 0.99

    async def _compare(self, session: AsyncSession, asking: Asking, named: Sequence[Product]) -> Answer:
        """Those named and pointed at; one alone is compared with the one spoken of."""
        found = meant(asking.pointing, asking.shown)
        chosen = list({product.id: product for product in (*named, *found.products)}.values())
        if len(chosen) == 1:
            beside = asking.shown.focus or next((one for one in asking.shown.listed if one not in chosen), None)
            chosen = [beside, *chosen] if beside and beside not in chosen else chosen
        if len(chosen) < 2 and not named:
            chosen = list(asking.shown.listed)
        if len(chosen) > 1:
            return await self._showing.compared(session, asking, chosen)
        return await self._about(session, asking, chosen) if chosen else await self._search(session, asking)

    async def _about(
        self, session: AsyncSession, asking: Asking, products: Sequence[Product], *, wish: Wish | None = None
    ) -> Answer:
        if len(products) > 1:
            return await self._showing.listed(session, asking, "search.named", products, wish=wish)
        return await self._showing.about(session, asking, products[0], wish=wish)

    async def _search(self, session: AsyncSession, asking: Asking) -> Answer:
        turn = asking.turn
        budget = budget_of(turn.entities, self.services.settings.currency)
        if rests_on_before(asking, has_budget=budget is not None):
            return await Again(self.services, self._showing).answer(session, asking)
        wish = Wish(
            asking.kind,
            asking.describing,
            next(iter(turn.named("category")), ""),
            budget.at_least if budget else None,
            budget.at_most if budget else None,
        )
        found = await look(session, self.services.catalogue, wish, turn, question=_question(asking))
        return await self._show(session, asking, wish, found)

    async def _show(self, session: AsyncSession, asking: Asking, wish: Wish, found: Found) -> Answer:
        turn = asking.turn
        whole = found.whole
        if asking.pointing.extreme and len(whole) > 1:
            best = most(whole, asking.pointing.extreme)
            whole = (best, *(one for one in whole if one is not best)) if best else whole
        if len(whole) == 1 and asking.asked in ("price", "stock"):
            return await self._showing.about(session, asking, whole[0], wish=wish)
        options = (("search.found", whole), ("search.close", found.close))
        for key, products in options:
            if products:
                return await self._showing.listed(
                    session, asking, key, products, wish=wish, happened=_looked_for(turn, len(products))
                )
        if wish.category and (standing := await shelf(session, wish)):
            return await self._showing.listed(session, asking, "search.shelf", standing, wish=wish)
        if asking.asked != "search" and asking.shown.listed:
            return await self._showing.which(session, asking, asking.shown.listed)
        return await self._nothing(session, asking, too_dear=found.unpriced)

    async def _nothing(self, session: AsyncSession, asking: Asking, *, too_dear: bool) -> Answer:
        turn = asking.turn
        liked = await self.services.scorer.recommend(session, turn.customer_id, count=3, now=turn.now)
        products = await products_by_id(session, [item.product_id for item in liked])
        popular = [products[item.product_id] for item in liked if item.product_id in products]
        key = "search.no_price" if too_dear else "search.nothing"
        key = key if popular else "search.nothing_at_all"
        happened = _looked_for(turn, 0)
        return await self._showing.listed(session, asking, key, popular, wish=Wish(), happened=happened)

    @property
    def _showing(self) -> Showing:
        return Showing(self.services)


async def _named(session: AsyncSession, turn: Turn) -> list[Product]:
    skus = turn.named("product")
    found = await products_by_sku(session, skus)
    return [found[sku] for sku in dict.fromkeys(skus) if sku in found and found[sku].active]


def _speaks_of_shown(asking: Asking) -> bool:
    words = asking.pointing.words
    return len(words) == len(asking.describing) or bool(described(asking.shown.listed, words, asking.shown))


def _looked_for(turn: Turn, found: int) -> tuple[Happened, ...]:
    if turn.intent != ActionProductSearch.called:
        return ()
    return (Happened("products_searched", {"query": mask(turn.text[:200]), "found": found}),)


def _question(asking: Asking) -> str:
    """What was asked without the amount; a button asks with nothing but its entities."""
    turn = asking.turn
    if asking.pointing.at_all:
        return " ".join(asking.pointing.words)
    if turn.text.startswith("/"):
        return " ".join(turn.named("product"))
    question = turn.text
    for entity in turn.entities:
        if entity.kind in ("budget", "quantity") and entity.written:
            question = question.replace(entity.written, " ")
    return question
