"""Which products a message means that points at what was shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from actions.attributes import AttributeWords, size_of, values_of
from actions.pointing import Extreme, Pointing
from models.words import is_han, words
from rapport.store.products import Product


@dataclass(frozen=True, slots=True)
class Shown:
    """What the customer has before her eyes: a list in its order, and the one spoken of, if it is one.

    `seen` is what she was shown before, the newest first.
    """

    listed: tuple[Product, ...]
    focus: Product | None
    attributes: AttributeWords
    knows: Callable[[str], bool]
    seen: tuple[Product, ...] = ()

    def names_a_kind(self, word: str) -> bool:
        """True for a word that things are called by here, not one that describes them."""
        return not self.attributes.means(word) and self.knows(word)


@dataclass(frozen=True, slots=True)
class Meant:
    """The products meant; where that cannot be told, `unclear` are those it may be."""

    products: tuple[Product, ...] = ()
    unclear: tuple[Product, ...] = ()


NOTHING = Meant()


def meant(pointing: Pointing, shown: Shown) -> Meant:
    """What is pointed at; `NOTHING` where the message does not point, or at nothing that was shown."""
    if not shown.listed and shown.focus is None:
        return NOTHING
    for reading in (_by_place, _by_extreme, _the_other, _by_description, _by_noun, _all, _this):
        found = reading(pointing, shown)
        if found.products or found.unclear:
            return found
    return NOTHING


def described(pool: Sequence[Product], wanted: Sequence[str], shown: Shown) -> tuple[Product, ...]:
    """Those of the pool that most of the words describe; a word for a kind of thing must fit."""
    descriptions = [word for word in wanted if shown.attributes.means(word)]
    kinds = [word for word in wanted if shown.names_a_kind(word)]
    fitting = [product for product in pool if all(_has(product, word, shown) for word in kinds)]
    scores = [sum(_has(product, word, shown) for word in descriptions) for product in fitting]
    best = max(scores, default=0)
    if not (kinds or descriptions) or 2 * best < len(descriptions):
        return ()
    return tuple(product for product, score in zip(fitting, scores, strict=True) if score == best)


def fits(product: Product, word: str, attributes: AttributeWords) -> bool:
    """True if a word of the shop's own describes the product, or stands in its name."""
    return bool(attributes.means(word) & values_of(product)) or _named(product, word)


def _has(product: Product, word: str, shown: Shown) -> bool:
    return fits(product, word, shown.attributes)


def _named(product: Product, word: str) -> bool:
    names = [str(name).lower() for name in product.names.values()]
    return any(word in name for name in names) if is_han(word) else any(word in words(name) for name in names)


def _by_place(pointing: Pointing, shown: Shown) -> Meant:
    listed = shown.listed
    if pointing.run:
        return Meant(listed[: pointing.run] if pointing.run > 0 else listed[pointing.run :])
    if not pointing.places:
        return NOTHING
    places = [place - 1 if place > 0 else len(listed) + place for place in pointing.places]
    found = tuple(listed[place] for place in places if 0 <= place < len(listed))
    return Meant(found) if found else Meant(unclear=listed)


def _by_extreme(pointing: Pointing, shown: Shown) -> Meant:
    if pointing.extreme is None or len(shown.listed) < 2:
        return NOTHING
    pool = described(shown.listed, pointing.words, shown) if pointing.words else ()
    best = most(pool if len(pool) > 1 else shown.listed, pointing.extreme)
    return Meant((best,)) if best else Meant(unclear=shown.listed)


def most(pool: Sequence[Product], extreme: Extreme) -> Product | None:
    """The cheapest, the biggest …; None where their sizes cannot be compared."""
    measured = [(measure(product, extreme), product) for product in pool]
    known = [(amount, product) for amount, product in measured if amount is not None]
    kinds = {kind for (kind, _), _ in known}
    if not known or len(kinds) > 1:
        return None
    return max(known, key=lambda one: extreme.sign * one[0][1])[1]


def measure(product: Product, extreme: Extreme) -> tuple[str, float] | None:
    """What the extreme compares of a product: its price, or its size by the kind of measure."""
    return ("price", float(product.price_minor)) if extreme.dimension == "price" else size_of(product)


def _the_other(pointing: Pointing, shown: Shown) -> Meant:
    if not pointing.other:
        return NOTHING
    rest = tuple(product for product in shown.listed if product is not shown.focus)
    return Meant(rest) if len(rest) == 1 or pointing.asked == "compare" else Meant(unclear=rest)


def _by_description(pointing: Pointing, shown: Shown) -> Meant:
    """ "The red one": words beside which it is said that such a thing is there."""
    there = pointing.definite or pointing.every or (pointing.this and shown.focus is None)
    if not pointing.words or not there:
        return NOTHING
    found = described(shown.listed, pointing.words, shown) or described(shown.seen, pointing.words, shown)
    # "The round one", where none is said to be round: better asked than searched for. A red one may be elsewhere.
    elsewhere = not pointing.one or all(shown.attributes.means(word) for word in pointing.words)
    return Meant(found) if found or elsewhere else Meant(unclear=shown.listed)


def _by_noun(pointing: Pointing, shown: Shown) -> Meant:
    """ "The suitcase, how much?" said without "the", as Chinese does: the one shown that is called so."""
    if not pointing.asked or not pointing.words or not any(map(shown.names_a_kind, pointing.words)):
        return NOTHING
    there = (shown.focus,) if shown.focus else shown.listed
    found = tuple(one for one in there if all(_called_so(one, word, shown) for word in pointing.words))
    return Meant(found) if len(found) == 1 else NOTHING


def _called_so(product: Product, word: str, shown: Shown) -> bool:
    """Loosely: 箱子 is what any name with 箱 in it is called."""
    loose = word.removesuffix("子") if is_han(word) else word
    return fits(product, word, shown.attributes) or _named(product, loose)


def _all(pointing: Pointing, shown: Shown) -> Meant:
    if not pointing.every or pointing.words:
        return NOTHING
    # "How much for five of those?", said of the one just spoken of.
    one_thing = shown.focus is not None and pointing.asked != "compare"
    return Meant((shown.focus,) if one_thing and shown.focus else shown.listed[: pointing.of_them])


def _this(pointing: Pointing, shown: Shown) -> Meant:
    asks = pointing.asked or pointing.values_of or pointing.count
    asks_without_a_word = asks and not any(map(shown.names_a_kind, pointing.words))
    if not (pointing.this or pointing.every or asks_without_a_word):
        return NOTHING
    if any(shown.names_a_kind(word) and not _is_called(word, shown) for word in pointing.words):
        # "Do you have ink for it?"
        return NOTHING
    if shown.focus is not None:
        return Meant((shown.focus,))
    return Meant(shown.listed) if len(shown.listed) == 1 else Meant(unclear=shown.listed)


def _is_called(word: str, shown: Shown) -> bool:
    there = (shown.focus,) if shown.focus else shown.listed
    return any(_named(product, word) for product in there)
