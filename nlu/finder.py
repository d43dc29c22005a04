"""Everything a message names: by the shop's catalogue, by how it is said, and by its shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nlu.amounts import budgets, quantities
from nlu.annotations import Span
from nlu.catalogue import Catalogue
from nlu.contacts import emails, phones
from nlu.dates import dates
from nlu.entities import PATTERNS, merge
from nlu.entity import Entity
from nlu.numerals import number
from nlu.order_ids import order_ids
from nlu.tagger import Tagger

# What these find needs no context to be believed; an amount of money does, unless a bound stands with it.
_SURE = (phones, dates, order_ids)


class EntityFinder:
    """Works with whatever there is: no catalogue means no known names, no tagger that shapes alone decide."""

    def __init__(self, catalogue: Catalogue | None = None, tagger: Tagger | None = None) -> None:
        self._catalogue = catalogue
        self._tagger = tagger

    def find(self, folded_text: str, intent: str = "") -> list[Entity]:
        """In the order of the text, no two at one place. `intent` tells a sum to spend from one that was paid."""
        names = self._catalogue.find(folded_text) if self._catalogue else ()
        if self._tagger is None:
            return merge([emails(folded_text), names, *(finder(folded_text) for finder in PATTERNS[1:])])
        said = (_meant(span, folded_text) for span in self._tagger.find(folded_text, intent))
        sure = (finder(folded_text) for finder in _SURE)
        return merge([emails(folded_text), names, said, *sure, _bounded(folded_text)])


def _bounded(text: str) -> Iterator[Entity]:
    return (budget for budget in budgets(text) if budget.role != "about")


def _meant(span: Span, text: str) -> Entity:
    written = text[span.start : span.end]
    if span.kind == "budget":
        return _budget(span, text)
    if span.kind == "quantity":
        return _reading(span, quantities(text)) or Entity("quantity", _number(written), span.start, span.end)
    return Entity(span.kind, written, span.start, span.end, known=span.kind not in ("product", "category"))


def _budget(span: Span, text: str) -> Entity:
    readings = sorted(budgets(text), key=lambda reading: reading.role == "about")
    found = _reading(span, readings)
    return found or Entity("budget", _number(text[span.start : span.end]), span.start, span.end, "about")


def _reading(span: Span, readings: Iterable[Entity]) -> Entity | None:
    return next((one for one in readings if one.start < span.end and span.start < one.end), None)


def _number(written: str) -> str | int | float:
    try:
        return number(written)
    except (ValueError, KeyError):
        return written
