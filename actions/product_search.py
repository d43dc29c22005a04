"""Finds products: by what is said of them, by name, by category and budget, or by pointing at one just shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.budget import Budget, budget_of
from actions.cards import card_of, name_of, remember_shown
from actions.comparison import COMPARED, compare
from actions.formats import money
from actions.pointing import pointed_at
from actions.reply import Answer, Button, Happened
from actions.turn import Turn
from rapport.privacy import mask
from rapport.store.products import Product, active_products, products_by_id, products_by_sku

SHOWN = 4
CANDIDATES = 40
# A hit that answers less of the question than this is shown as "close to it", not as "it".
WHOLE = 0.75
ABOUT_ONE = frozenset({"product_details", "product_availability", "price_query"})
ABOUT_SHOWN = ABOUT_ONE | {"compare_products"}


class ActionProductSearch(Ability):
    """Nothing that fits is said to be nothing; then what others like is shown, as such."""

    called = "product_search"

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """Named or pointed-at products come first, a search after."""
        named = await self._named(session, turn)
        if named and turn.intent == "compare_products" and len(named) > 1:
            return await self._compare(session, turn, named[:COMPARED])
        if named and (turn.intent in ABOUT_ONE or turn.named("product")):
            return await self._about(session, turn, named)
        return await self._search(session, turn)

    async def _named(self, session: AsyncSession, turn: Turn) -> list[Product]:
        skus = turn.named("product")
        if not skus and turn.intent == "compare_products":
            skus = pointed_at(turn.text, turn.shown) or turn.shown[:2]
        elif not skus and turn.intent in ABOUT_ONE and not turn.named("category"):
            skus = pointed_at(turn.text, turn.shown)
        found = await products_by_sku(session, skus)
        return [found[sku] for sku in skus if sku in found and found[sku].active]

    async def _compare(self, session: AsyncSession, turn: Turn, products: Sequence[Product]) -> Answer:
        await remember_shown(session, turn, products)
        cheapest = min(products, key=lambda product: product.price_minor)
        alike = all(product.price_minor == cheapest.price_minor for product in products)
        price = money(cheapest.price_minor, self.services.settings.currency, turn.language)
        text = (
            self.say("search.compare_same", turn, price=price)
            if alike
            else self.say("search.compare", turn, name=name_of(cheapest, turn), price=price)
        )
        table = compare(products, turn, texts=self.services.texts, currency=self.services.settings.currency)
        return Answer((text,), buttons=self._more(turn, products), table=table)

    async def _about(self, session: AsyncSession, turn: Turn, products: Sequence[Product]) -> Answer:
        if len(products) > 1:
            return await self._show(session, turn, "search.named", products)
        product = products[0]
        price = money(product.price_minor, self.services.settings.currency, turn.language)
        key = {"price_query": "search.price", "product_availability": "search.available"}.get(
            turn.intent, "search.details"
        )
        if turn.intent == "product_availability" and product.stock <= 0:
            key = "search.sold_out"
        values = {"name": name_of(product, turn), "price": price, "properties": self._properties(product, turn)}
        return await self._show(session, turn, key, [product], **values)

    async def _search(self, session: AsyncSession, turn: Turn) -> Answer:
        budget = budget_of(turn.entities, self.services.settings.currency)
        hits = await self.services.catalogue.find(session, _question(turn), count=CANDIDATES, now=turn.now)
        products = await products_by_id(session, [hit.id for hit in hits])
        whole = [products[hit.id] for hit in hits if hit.coverage >= WHOLE]
        close = [products[hit.id] for hit in hits if hit.coverage < WHOLE]
        categories = turn.named("category")
        for key, found in (("search.found", whole), ("search.close", close)):
            fitting = _fitting(found, budget, categories)
            if fitting:
                return await self._show(session, turn, key, fitting)
        if categories:
            shelf = _fitting(await active_products(session), budget, categories)
            if shelf:
                return await self._show(session, turn, "search.shelf", shelf)
        if turn.intent in ABOUT_SHOWN and turn.shown:
            return await self._which(session, turn)
        return await self._nothing(session, turn, too_dear=bool(whole) and budget is not None)

    async def _which(self, session: AsyncSession, turn: Turn) -> Answer:
        found = await products_by_sku(session, turn.shown)
        return await self._show(session, turn, "search.which", [found[sku] for sku in turn.shown if sku in found])

    async def _nothing(self, session: AsyncSession, turn: Turn, *, too_dear: bool) -> Answer:
        liked = await self.services.scorer.recommend(session, turn.customer_id, count=3, now=turn.now)
        products = await products_by_id(session, [item.product_id for item in liked])
        popular = [products[item.product_id] for item in liked if item.product_id in products]
        key = "search.no_price" if too_dear else "search.nothing"
        return await self._show(session, turn, key if popular else "search.nothing_at_all", popular)

    async def _show(
        self, session: AsyncSession, turn: Turn, key: str, products: Sequence[Product], **values: str
    ) -> Answer:
        shown = products[:SHOWN]
        await remember_shown(session, turn, shown)
        currency = self.services.settings.currency
        cards = tuple(card_of(product, turn, texts=self.services.texts, currency=currency) for product in shown)
        looked_for = Happened("products_searched", {"query": mask(turn.text[:200]), "found": len(products)})
        values.setdefault("count", str(len(products)))
        return Answer(
            (self.say(key, turn, **values),),
            buttons=self._more(turn, shown) if shown else (),
            cards=cards,
            happened=(looked_for,) if turn.intent == self.called else (),
        )

    def _more(self, turn: Turn, shown: Sequence[Product]) -> tuple[Button, ...]:
        category = json.dumps({"category": shown[0].category})
        return (
            Button(self.say("button.same_shelf", turn), f"/product_search{category}"),
            Button(self.say("button.recommend", turn), "/recommend"),
        )

    def _properties(self, product: Product, turn: Turn) -> str:
        labels = (attribute.get("names", {}).get(turn.language) for attribute in product.attributes.values())
        return self.say("list.comma", turn).join(str(label) for label in labels if label) or "–"


def _question(turn: Turn) -> str:
    """What was asked without the amount; a button asks with nothing but its entities."""
    if turn.text.startswith("/"):
        return " ".join(turn.named("product"))
    question = turn.text
    for entity in turn.entities:
        if entity.kind in ("budget", "quantity") and entity.written:
            question = question.replace(entity.written, " ")
    return question


def _fitting(products: Iterable[Product], budget: Budget | None, categories: Sequence[str]) -> list[Product]:
    """Those within the budget, of the category where one is named; what is in stock comes first."""
    fitting = [
        product
        for product in products
        if (not categories or product.category in categories)
        and (budget is None or budget.allows(product.price_minor))
    ]
    return sorted(fitting, key=lambda product: product.stock <= 0)
