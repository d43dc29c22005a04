"""Suggests what may please this customer, and says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.budget import budget_of
from actions.cards import card_of, name_of, remember_shown
from actions.context import Wish
from actions.meant import fits
from actions.pointing import point
from actions.reply import Answer, Button, Happened
from actions.turn import Turn
from rapport.marketing.scoring import Recommendation
from rapport.store.consents import consents_of
from rapport.store.products import Product, products_by_id, products_by_sku
from rapport.store.purchases import purchases_of

SHOWN = 3
# So many are asked for where only some of them are within her budget, or as she describes it.
MANY = 60
NAMED_REASONS = 2
PURPOSE = "recommendations"
# So many of the best hits tell what a question is about, if they answer all of it.
TOPIC, WHOLE = 10, 0.99


@dataclass(frozen=True, slots=True)
class Suggested:
    """A product, and those of the customer's interests that speak for it."""

    product: Product
    because: tuple[Product, ...]


class ActionRecommend(Ability):
    """Puts the shown products into the event, where the follow-up rule and its letter find them."""

    called = "recommend"

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """Cards, the purchases they follow from, and an invitation to who may not be written to yet."""
        suggested = await self._suggest(session, turn)
        if not suggested:
            return Answer((self.say("recommend.nothing", turn),))
        shown = [one.product for one in suggested]
        await remember_shown(session, turn, shown, wish=Wish())
        bought = await _bought(session, turn, suggested)
        invited = await self._invite(session, turn)
        currency = self.services.settings.currency
        return Answer(
            (self._introduce(turn, suggested, bought), *invited.texts),
            buttons=invited.buttons,
            cards=tuple(card_of(one, turn, texts=self.services.texts, currency=currency) for one in shown),
            remember=invited.remember,
            happened=(Happened("recommendation_shown", {"products": [product.sku for product in shown]}),),
            noted={"because": _reasons(suggested, bought)},
        )

    async def _suggest(self, session: AsyncSession, turn: Turn) -> list[Suggested]:
        await self.services.catalogue.refresh(session, now=turn.now)
        described = self._described(turn)
        found = await self._ask(session, turn, many=bool(described or turn.named("budget")))
        ids = {id_ for item in found for id_ in (item.product_id, *item.because)}
        products = await products_by_id(session, ids)
        budget = budget_of(turn.entities, self.services.settings.currency)
        suggested = [
            Suggested(products[item.product_id], tuple(products[id_] for id_ in item.because if id_ in products))
            for item in found
            if item.product_id in products
        ]
        # Where nothing is within it, what she may like is still better than silence.
        within = [one for one in suggested if budget is None or budget.allows(one.product.price_minor)] or suggested
        words = self.services.catalogue.attributes
        within.sort(key=lambda one: not all(fits(one.product, word, words) for word in described))
        return within[:SHOWN]

    def _described(self, turn: Turn) -> Sequence[str]:
        """What it should be like: waterproof, red, good as a gift."""
        words = () if turn.text.startswith("/") else point(turn.text).words
        return [word for word in words if self.services.catalogue.attributes.means(word)]

    async def _ask(self, session: AsyncSession, turn: Turn, *, many: bool) -> Sequence[Recommendation]:
        liked = await products_by_sku(session, turn.named("product"))
        like = tuple(product.id for product in liked.values())
        scorer = self.services.scorer
        count = MANY if many else SHOWN
        for category in await self._categories(session, turn):
            found = await scorer.recommend(
                session, turn.customer_id, count=count, now=turn.now, like=like, category=category
            )
            if found:
                return found
        # No shelf was named, or it is unknown or empty: that must not end in silence.
        return await scorer.recommend(session, turn.customer_id, count=count, now=turn.now, like=like)

    async def _categories(self, session: AsyncSession, turn: Turn) -> Sequence[str]:
        """The shelf she names, else the one where most of what her words describe stands (a tea, a warm scarf)."""
        if turn.named("category") or turn.named("product") or turn.text.startswith("/"):
            return turn.named("category")[:1]
        # "给我推荐几款包": only what describes a thing tells the shelf.
        catalogue = self.services.catalogue
        described = " ".join(word for word in point(turn.text).words if catalogue.knows(word))
        hits = await catalogue.find(session, described, count=TOPIC, now=turn.now)
        products = await products_by_id(session, [hit.id for hit in hits if hit.coverage >= WHOLE])
        shelves = Counter(product.category for product in products.values() if product.category)
        return [category for category, _ in shelves.most_common(1)]

    def _introduce(self, turn: Turn, suggested: Sequence[Suggested], bought: Collection[int]) -> str:
        """What speaks for the suggestions is named as bought only if it was, else as liked."""
        because = {product.id: product for one in suggested for product in one.because}
        purchases = [product for product in because.values() if product.id in bought]
        reasons = purchases or list(because.values())
        if not reasons:
            return self.say("recommend.popular", turn)
        names = self.say("list.and", turn).join(name_of(product, turn) for product in reasons[:NAMED_REASONS])
        return self.say("recommend.because" if purchases else "recommend.like", turn, products=names)

    async def _invite(self, session: AsyncSession, turn: Turn) -> Answer:
        """A gentle word to who has not agreed to it: suggestions may follow, here or by e-mail, only with consent."""
        consents = await consents_of(session, turn.customer_id) if turn.customer_id is not None else ()
        here = turn.channel == "telegram"
        if ("telegram" if here else "email", PURPOSE) in consents:
            return Answer()
        button = Button(self.say("button.opt_in_here" if here else "button.opt_in", turn), "/marketing_opt_in")
        text = self.say("recommend.invite_here" if here else "recommend.invite", turn)
        return Answer((text,), (button,), remember={"asked_for": f"marketing_opt_in:{PURPOSE}"})


async def _bought(session: AsyncSession, turn: Turn, suggested: Sequence[Suggested]) -> frozenset[int]:
    """What she bought, as far as it matters here: where nothing of hers speaks for anything, nothing does."""
    if turn.customer_id is None or not any(one.because for one in suggested):
        return frozenset()
    return frozenset(bought.product_id for bought in await purchases_of(session, turn.customer_id, before=turn.now))


def _reasons(suggested: Sequence[Suggested], bought: Collection[int]) -> Mapping[str, list[str]]:
    """SKU → the SKUs she bought that speak for it: the letter says so too."""
    reasons = {one.product.sku: [item.sku for item in one.because if item.id in bought] for one in suggested}
    return {sku: skus for sku, skus in reasons.items() if skus}
