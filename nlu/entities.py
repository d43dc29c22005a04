"""Finds everything a customer names; where two readings claim the same characters, the surer one stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from nlu.amounts import budgets, quantities
from nlu.contacts import emails, phones
from nlu.dates import dates
from nlu.entity import Entity
from nlu.order_ids import order_ids

Finder = Callable[[str], Iterator[Entity]]

# From the surest to the least sure; within one finder the longer reading wins, then the one found first.
PATTERNS: tuple[Finder, ...] = (emails, phones, dates, budgets, order_ids, quantities)


def pattern_entities(folded_text: str) -> list[Entity]:
    """What can be told by its shape alone, in the order of the text."""
    return merge(finder(folded_text) for finder in PATTERNS)


def merge(readings: Iterable[Iterable[Entity]]) -> list[Entity]:
    """One reading per character: earlier readings take precedence over later ones."""
    kept: list[Entity] = []
    for reading in readings:
        for entity in sorted(reading, key=lambda found: found.start - found.end):
            if not any(entity.overlaps(other) for other in kept):
                kept.append(entity)
    return sorted(kept, key=lambda entity: entity.start)
