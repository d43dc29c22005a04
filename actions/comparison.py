"""Products side by side: price, stock, and whatever they differ in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from actions.attributes import label_of
from actions.cards import name_of, page_of, picture_of, stock_of
from actions.formats import money
from actions.reply import Column, Row, Table
from actions.texts import Texts
from actions.turn import Turn
from rapport.store.products import Product

# As many as still stand beside each other on a screen.
COMPARED = 4
NOTHING = "–"


def compare(products: Sequence[Product], turn: Turn, *, texts: Texts, currency: str) -> Table:
    """The table in the language of the turn; what all of them share is left out."""
    price = tuple(money(product.price_minor, currency, turn.language) for product in products)
    stock = tuple(stock_of(product, turn, texts) for product in products)
    rows = [
        Row(texts.say("compare.price", turn.language), price),
        Row(texts.say("compare.stock", turn.language), stock),
    ]
    return Table(tuple(_column(product, turn) for product in products), (*rows, *_differences(products, turn)))


def _column(product: Product, turn: Turn) -> Column:
    return Column(product.sku, name_of(product, turn), picture=picture_of(product), url=page_of(product))


def _differences(products: Sequence[Product], turn: Turn) -> Iterable[Row]:
    for code in dict.fromkeys(code for product in products for code in product.attributes):
        cells = tuple(_value(product, code, turn) for product in products)
        if len(set(cells)) > 1:
            yield Row(_label(products, code, turn), cells)


def _value(product: Product, code: str, turn: Turn) -> str:
    attribute = product.attributes.get(code, {})
    return str(attribute.get("names", {}).get(turn.language) or attribute.get("value") or NOTHING)


def _label(products: Sequence[Product], code: str, turn: Turn) -> str:
    """What the first that has the attribute calls it."""
    having = next(product for product in products if code in product.attributes)
    return label_of(code, having.attributes[code], turn.language)
