"""Products as answers: a list of cards, one told about, some side by side, or the question which one is meant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from actions.asking import INTENTS, Asking
from actions.cards import card_of, name_of, remember_shown
from actions.comparison import COMPARED, compare
from actions.context import Wish
from actions.formats import money
from actions.looking import alike
from actions.reply import Answer, Button, Card, Happened
from actions.services import Services
from actions.telling import Teller
from actions.turn import Turn
from rapport.store.products import Product

SHOWN = 4
ALTERNATIVES = 3


@dataclass(frozen=True, slots=True)
class Showing:
    """Shows and remembers: every answer here is what the next message may point at."""

    services: Services

    async def listed(
        self,
        session: AsyncSession,
        asking: Asking,
        key: str,
        products: Sequence[Product],
        *,
        wish: Wish | None = None,
        happened: tuple[Happened, ...] = (),
        **values: str,
    ) -> Answer:
        """Up to four cards under a sentence of `texts.yml`."""
        shown, turn = products[:SHOWN], asking.turn
        await remember_shown(session, turn, shown, asked=INTENTS.get(asking.asked, ""), wish=wish)
        values.setdefault("count", str(len(products)))
        return Answer(
            (self._say(key, turn, **values),),
            buttons=self._more(turn, shown) if shown else (),
            cards=self._cards(shown, turn),
            happened=happened,
        )

    async def about(
        self, session: AsyncSession, asking: Asking, product: Product, *, wish: Wish | None = None
    ) -> Answer:
        """What she asks of it; of what is sold out, others of its kind are shown instead."""
        turn, teller = asking.turn, self._teller
        shown: Sequence[Product] = (product,)
        if asking.asked == "stock":
            text = teller.stock(product, turn, asking.pointing.count)
            if product.stock <= 0:
                shown = (await alike(session, product))[:ALTERNATIVES] or shown
        elif asking.asked == "price":
            text = teller.price(product, turn, asking.pointing.count)
        else:
            text = teller.details(product, turn, asking.pointing)
        await remember_shown(session, turn, shown, asked=INTENTS.get(asking.asked, ""), wish=wish)
        return Answer((text,), buttons=self._more(turn, (product,)), cards=self._cards(shown, turn))

    async def compared(self, session: AsyncSession, asking: Asking, products: Sequence[Product]) -> Answer:
        """A table of up to four, and which of them costs the least."""
        turn, currency = asking.turn, self.services.settings.currency
        products = products[:COMPARED]
        await remember_shown(session, turn, products, asked="compare_products")
        cheapest = min(products, key=lambda product: product.price_minor)
        alike_priced = all(product.price_minor == cheapest.price_minor for product in products)
        price = money(cheapest.price_minor, currency, turn.language)
        text = (
            self._say("search.compare_same", turn, price=price)
            if alike_priced
            else self._say("search.compare", turn, name=name_of(cheapest, turn), price=price)
        )
        table = compare(products, turn, texts=self.services.texts, currency=currency)
        return Answer((text,), buttons=self._more(turn, products), table=table)

    async def which(self, session: AsyncSession, asking: Asking, products: Sequence[Product]) -> Answer:
        """Asks which one is meant, with a button for each; the list stays as it is."""
        turn, shown = asking.turn, products[:SHOWN]
        intent = INTENTS.get(asking.asked, "product_details")
        intent = "product_details" if intent == "compare_products" else intent
        buttons = tuple(Button(name_of(one, turn), f"/{intent}{json.dumps({'product': one.sku})}") for one in shown)
        await remember_shown(session, turn, products, asked=INTENTS.get(asking.asked, ""))
        return Answer((self._say("search.which", turn),), buttons=buttons, cards=self._cards(shown, turn))

    @property
    def _teller(self) -> Teller:
        services = self.services
        return Teller(services.texts, services.catalogue.attributes, services.settings.currency)

    def _say(self, key: str, turn: Turn, **values: object) -> str:
        return self.services.texts.say(key, turn.language, **values)

    def _cards(self, products: Sequence[Product], turn: Turn) -> tuple[Card, ...]:
        currency = self.services.settings.currency
        return tuple(card_of(product, turn, texts=self.services.texts, currency=currency) for product in products)

    def _more(self, turn: Turn, shown: Sequence[Product]) -> tuple[Button, ...]:
        category = json.dumps({"category": shown[0].category})
        return (
            Button(self._say("button.same_shelf", turn), f"/product_search{category}"),
            Button(self._say("button.recommend", turn), "/recommend"),
        )
