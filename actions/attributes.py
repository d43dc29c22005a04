"""The words a shop describes its products by: 红色, red, 羊毛, waterproof; and what a product is in them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from models.words import STOP_WORDS, words
from rapport.settings import Language
from rapport.store.products import Product

Value = tuple[str, str]

_SEPARATORS = re.compile(r"[、,，/]\s*")
_SIZE = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:[×x*]\s*(\d+(?:\.\d+)?))?\s*(?:[×x*]\s*\d+(?:\.\d+)?)?\s*(ml|l|kg|g|cm|mm|m|in)\b", re.I
)
# To one unit of each kind: what a thing holds, weighs, measures.
_UNITS = {
    "ml": ("volume", 1.0), "l": ("volume", 1000.0), "g": ("weight", 1.0), "kg": ("weight", 1000.0),
    "mm": ("length", 0.1), "cm": ("length", 1.0), "m": ("length", 100.0), "in": ("length", 2.54),
}  # fmt: skip
# Parts of a value's name that say nothing by themselves: "good as a gift", "works on induction".
_EMPTY = frozenset(
    (
        "good",
        "work",
        "works",
        "free",
        "natural",
        "safe",
        "skin",
        "on",
        "size",
        "one",
        "machine",
        "protection",
        "适合",
        "适用",
        "可",
        "男女",
        "用",
        "进",
    )
)
LABELS: Mapping[str, Mapping[Language, str]] = {
    "colour": {"zh": "颜色", "en": "Colour"},
    "material": {"zh": "材质", "en": "Material"},
    "size": {"zh": "规格", "en": "Size"},
    "flavour": {"zh": "口味", "en": "Flavour"},
    "scent": {"zh": "香型", "en": "Scent"},
    "feature": {"zh": "特点", "en": "Features"},
}
LIKE = Path(__file__).with_name("like_words.yml")


class AttributeWords:
    """Word → the attribute values it stands for, from everything the shop sells."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._values: defaultdict[str, set[Value]] = defaultdict(set)
        for product in products:
            for code, value, name in _values(product):
                for word in _words_of(value, name):
                    self._values[word].add((code, value))
        for word, like in _like_words():
            if like in self._values and word not in self._values:
                self._values[word] = self._values[like]

    def means(self, word: str) -> frozenset[Value]:
        """The values a word stands for; none for a word that describes nothing here."""
        return frozenset(self._values.get(word, ()))


def values_of(product: Product) -> frozenset[Value]:
    """All (attribute, value) of a product."""
    return frozenset((code, value) for code, value, _ in _values(product))


def values_in(code: str, attribute: Mapping[str, Any]) -> frozenset[Value]:
    """All (attribute, value) of one attribute as a product keeps it."""
    return frozenset((code, value) for value in _SEPARATORS.split(str(attribute.get("value", ""))))


def label_of(code: str, attribute: Mapping[str, Any], language: Language) -> str:
    """What the attribute is called: by the catalogue, else by custom, else its code."""
    given = attribute.get("label", {}).get(language)
    return str(given or LABELS.get(code, {}).get(language) or code.replace("_", " ").capitalize())


def size_of(product: Product) -> tuple[str, float] | None:
    """("volume", 480.0): the kind of measure and how much, of the first that its size names."""
    written = str(product.attributes.get("size", {}).get("value", ""))
    found = _SIZE.search(written)
    if found is None:
        return None
    kind, factor = _UNITS[found[3].lower()]
    amount = float(found[1]) * factor
    return ("area", amount * float(found[2]) * factor) if found[2] and kind == "length" else (kind, amount)


def _values(product: Product) -> Iterator[tuple[str, str, str]]:
    """(attribute, value, its name) in every language; values and names stand in one order."""
    for code, attribute in product.attributes.items():
        values = _SEPARATORS.split(str(attribute.get("value", "")))
        for name in attribute.get("names", {}).values():
            names = _SEPARATORS.split(str(name))
            pairs = (
                zip(values, names, strict=True) if len(names) == len(values) else ((value, value) for value in values)
            )
            for value, one in pairs:
                yield code, value, one


def _words_of(value: str, name: str) -> Iterator[str]:
    for word in (*words(name), *words(name.removeprefix("可")), *words(value.replace("_", " "))):
        if word not in STOP_WORDS and word not in _EMPTY and not word.isdigit():
            yield word
    yield from (name, name.removeprefix("可"))
    # 红的 is said as well as 红色的.
    if len(name) == 2 and name.endswith("色"):
        yield name[0]


@cache
def _like_words() -> tuple[tuple[str, str], ...]:
    """What people say for the words shops use: gray for grey, 咖啡色 for 棕色."""
    groups = yaml.safe_load(LIKE.read_text(encoding="utf-8"))
    return tuple((word, shop) for shop, others in groups.items() for word in others)
