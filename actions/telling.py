"""What is said of one product: its price, its stock, a property of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from actions.attributes import AttributeWords, label_of, values_in
from actions.cards import name_of
from actions.formats import money
from actions.pointing import Pointing
from actions.texts import Texts
from actions.turn import Turn
from rapport.store.products import Product


@dataclass(frozen=True, slots=True)
class Teller:
    """Says it in the language of the turn, from the catalogue as it is now."""

    texts: Texts
    attributes: AttributeWords
    currency: str

    def price(self, product: Product, turn: Turn, count: int | None) -> str:
        """What it costs; for several, what all of them cost."""
        if not count:
            return self._say("search.price", product, turn)
        total = money(product.price_minor * count, self.currency, turn.language)
        text = self._say("search.price_many", product, turn, count=count, total=total)
        return text + self._too_few(product, turn, count)

    def stock(self, product: Product, turn: Turn, count: int | None) -> str:
        """Whether it is there, and enough of it."""
        if product.stock <= 0:
            return self._say("search.sold_out", product, turn)
        if count and count > product.stock:
            return self._say("search.too_few", product, turn, count=count, left=product.stock)
        if count:
            return self._say("search.enough", product, turn, count=count)
        return self._say("search.available", product, turn)

    def details(self, product: Product, turn: Turn, pointing: Pointing) -> str:
        """The property she asks about, else what is worth knowing."""
        for word in pointing.words:
            codes = {code for code, _ in self.attributes.means(word)}
            if codes:
                return self._property(product, turn, word, codes)
        if pointing.values_of:
            return self._values(product, turn, pointing.values_of)
        return self._say("search.details", product, turn, properties=self._properties(product, turn))

    def _property(self, product: Product, turn: Turn, word: str, codes: set[str]) -> str:
        meant = self.attributes.means(word)
        own = {code: attribute for code, attribute in product.attributes.items() if code in codes}
        for code, attribute in own.items():
            if meant & values_in(code, attribute):
                return self._say("search.has", product, turn, **_labelled(code, attribute, turn))
        for code, attribute in own.items():
            return self._say("search.has_not", product, turn, **_labelled(code, attribute, turn))
        return self._say("search.says_nothing", product, turn, properties=self._properties(product, turn))

    def _values(self, product: Product, turn: Turn, code: str) -> str:
        # A tea has a flavour where a soap has a scent; both are asked for as "how does it smell".
        for one in ("flavour", "scent") if code == "scent" else (code,):
            if one in product.attributes:
                return self._say("search.value", product, turn, **_labelled(one, product.attributes[one], turn))
        return self._say("search.says_nothing", product, turn, properties=self._properties(product, turn))

    def _too_few(self, product: Product, turn: Turn, count: int) -> str:
        if count <= product.stock:
            return ""
        key = "search.only" if product.stock > 0 else "search.none_now"
        return self._say(key, product, turn, left=product.stock)

    def _properties(self, product: Product, turn: Turn) -> str:
        labels = (attribute.get("names", {}).get(turn.language) for attribute in product.attributes.values())
        return self.texts.say("list.comma", turn.language).join(str(label) for label in labels if label) or "–"

    def _say(self, key: str, product: Product, turn: Turn, **values: object) -> str:
        price = money(product.price_minor, self.currency, turn.language)
        return self.texts.say(key, turn.language, name=name_of(product, turn), price=price, **values)


def _labelled(code: str, attribute: dict[str, Any], turn: Turn) -> dict[str, str]:
    values = attribute.get("names", {}).get(turn.language) or attribute.get("value", "–")
    return {"label": label_of(code, attribute, turn.language), "values": str(values)}
