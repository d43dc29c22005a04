"""Finds products: by what is said of them, by name, by category and budget, or by pointing at what was shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.again import Again, rests_on_before
from actions.asking import BY_INTENT, Asking, read_asking
from actions.budget import budget_of, is_budget
from actions.context import Wish
from actions.looking import Found, look, shelf
from actions.meant import described, fits, meant, most
from actions.pointing import point
from actions.reply import Answer, Happened
from actions.showing import Showing
from actions.turn import Turn
from rapport.privacy import mask
from rapport.store.products import Product, products_by_id, products_by_sku

UNHEARD = frozenset({"nlu_fallback", "out_of_scope"})
# Taken for one of these, a message with words of its own may still be about what was shown.
MISHEARD = UNHEARD | {"deny", "order_status", "order_change", "order_help", "recommend"}
# With one of these said, the name of a thing may follow: "ok then slippers".
SAID_FIRST = frozenset({"affirm", "deny", "greet", "thank"})
# Taken for one of these, a message that only points still means what it says.
HEARD = frozenset(
    {"greet", "goodbye", "thank", "affirm", "praise", "complaint", "bot_challenge", "handoff", "privacy_request"}
    | {"marketing_opt_in", "marketing_opt_out", "order_cancel"}
)
# A wish for nothing but these is one for ideas: no shelf holds "birthday presents".
GIFTS = frozenset({"gift", "present", "birthday", "礼物", "生日礼物", "生日", "礼品", "送礼", "伴手礼"})
# So much of what is said must describe one thing before a message nobody understood is taken for a search.
NAMED = 0.4


class ActionProductSearch(Ability):
    """Nothing that fits is said to be nothing; then what others like is shown, as such."""

    called = "product_search"

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """Named or pointed-at products come first, a search after."""
        asking = await read_asking(session, self.services.catalogue, turn)
        named = await _named(session, turn)
        if _is_for_ideas(asking):
            return await self.other("recommend").answer(session, turn)
        if asking.asked == "compare":
            return await self._compare(session, asking, named)
        if named:
            return await self._about(session, asking, named, wish=Wish())
        found = meant(asking.pointing, asking.shown)
        if asking.pointing.than:
            # "The third is too expensive": something else is wanted, measured by that one.
            return await self._search(session, asking.beside(found.products))
        if found.unclear:
            return await self._showing.which(session, asking, found.unclear)
        if found.products:
            return await self._about(session, asking, found.products)
        return await self._search(session, asking)

    async def recognises(self, session: AsyncSession, turn: Turn) -> bool:
        """True if all of a misheard message points at what was shown, or is a name for something we sell."""
        if turn.text.startswith("/") or turn.intent in BY_INTENT or not _worth_reading(turn):
            return False
        asking = await read_asking(session, self.services.catalogue, turn)
        if turn.context.current and _refers(asking):
            return True
        bare = bool(turn.named("product")) and not asking.pointing.words
        if bare or (turn.intent not in UNHEARD | SAID_FIRST and not asking.pointing.corrects):
            return bare
        return bool(asking.kind) and await self._sells(session, asking)

    async def _sells(self, session: AsyncSession, asking: Asking) -> bool:
        """True if the message describes one thing we sell, and little else."""
        words, knows = asking.pointing.words, self.services.catalogue.knows
        # A character alone stands in too many names to be taken for a wish.
        if (len(words) == 1 and len(words[0]) == 1) or not (knows(words[0]) or knows(words[-1])):
            return False
        hits = await self.services.catalogue.find(session, " ".join(words), count=1, now=asking.turn.now)
        return bool(hits) and hits[0].coverage >= (NAMED if asking.turn.intent in UNHEARD else 1.0)

    async def _compare(self, session: AsyncSession, asking: Asking, named: Sequence[Product]) -> Answer:
        """Those named, described and pointed at; one alone is compared with the one spoken of."""
        found = meant(asking.pointing, asking.shown).products
        sought = () if named or found else await self._sought(session, asking)
        chosen = _once((*named, *found, *sought))
        if len(chosen) == 1:
            beside = (asking.shown.focus, *asking.shown.listed, *asking.shown.seen)
            chosen = (*[one for one in beside if one and one not in chosen][:1], *chosen)
        if len(chosen) < 2 and not named:
            chosen = asking.shown.listed if len(asking.shown.listed) > 1 else asking.shown.seen[:2]
        if len(chosen) > 1:
            return await self._showing.compared(session, asking, chosen)
        return await self._about(session, asking, chosen) if chosen else await self._search(session, asking)

    async def _sought(self, session: AsyncSession, asking: Asking) -> Sequence[Product]:
        """What she names by a word only: the shower gel, in "and the shower gel, which is better?"."""
        if not asking.kind:
            return ()
        wish = Wish(asking.kind, asking.describing)
        return (await look(session, self.services.catalogue, wish, asking.turn)).whole[:1]

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
        if wish.category and not found.whole:
            # 茶叶罐 is no 茶叶: the name of a shelf may be a part of another noun.
            wish = replace(wish, category="")
            elsewhere = await look(session, self.services.catalogue, wish, turn, question=_question(asking))
            wish = wish if elsewhere.whole else replace(wish, category=turn.named("category")[0])
            found = elsewhere if elsewhere.whole else found
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
        if asking.asked == "details" and asking.shown.focus and not turn.named("category"):
            return await self._showing.about(session, asking, asking.shown.focus)
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


def _is_for_ideas(asking: Asking) -> bool:
    words = asking.pointing.words
    return asking.turn.intent == "product_search" and bool(words) and GIFTS.issuperset(words)


def _worth_reading(turn: Turn) -> bool:
    """False where no look at the shelves is needed to know that the message is about something else."""
    if turn.context.current or turn.named("product"):
        return True
    pointing = point(turn.text)
    return bool(pointing.words) and (turn.intent in UNHEARD | SAID_FIRST or pointing.corrects)


def _once(products: Iterable[Product]) -> tuple[Product, ...]:
    return tuple({product.id: product for product in products}.values())


def _refers(asking: Asking) -> bool:
    """True if the message speaks of what was shown, whatever intent was heard."""
    pointing, intent, words = asking.pointing, asking.turn.intent, asking.pointing.words
    if pointing.one and words and _all_describe(asking):
        return True
    if intent in HEARD or (intent == "promotion_query" and pointing.bargains):
        return False
    if not words and (pointing.strongly or pointing.more):
        return True
    if intent not in MISHEARD or not _could_describe(asking):
        return False
    return intent in UNHEARD or pointing.strongly or pointing.one or bool(asking.unwanted)


def _all_describe(asking: Asking) -> bool:
    """True if each word fits one and the same of the things shown."""
    shown = asking.shown
    return any(
        all(fits(product, word, shown.attributes) for word in asking.pointing.words)
        for product in (*shown.listed, *shown.seen)
    )


def _could_describe(asking: Asking) -> bool:
    """True if every word of it describes what was shown, or could."""
    pointing = asking.pointing
    if not pointing.words:
        return pointing.at_all or bool(asking.unwanted) or any(map(is_budget, asking.turn.entities))
    return not asking.kind or bool(described(asking.shown.listed, pointing.words, asking.shown))


def _looked_for(turn: Turn, found: int) -> tuple[Happened, ...]:
    if turn.intent != ActionProductSearch.called:
        return ()
    return (Happened("products_searched", {"query": mask(turn.text[:200]), "found": found}),)


def _question(asking: Asking) -> str:
    """What describes the thing; a button asks with nothing but its entities."""
    if asking.turn.text.startswith("/"):
        return " ".join(asking.turn.named("product"))
    return asking.pointing.phrase
