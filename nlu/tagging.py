"""How a text is put to the tagger, and how its tags are read back: B-kind, I-kind, O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

from nlu.annotations import Span
from nlu.clues import Sight, marks
from nlu.entities import pattern_entities
from nlu.goods import Goods
from nlu.pieces import Piece, pieces
from nlu.words import Splitter

_OUTSIDE = "O"


class TagReader:
    """Turns a text into features for a sequence model, piece by piece."""

    def __init__(self, splitter: Splitter, goods: Goods) -> None:
        self._splitter = splitter
        self._goods = goods

    def read(self, folded_text: str, intent: str = "") -> tuple[list[Piece], list[list[str]]]:
        """The pieces and what is seen at each; `intent` is what the message wants: in an order, a number counts."""
        found = pieces(folded_text)
        sight = self._sight(found, folded_text, intent)
        return found, [sight.clues(number) for number in range(len(found))]

    def _sight(self, found: Sequence[Piece], folded_text: str, intent: str) -> Sight:
        patterns = ((entity.kind, entity.start, entity.end) for entity in pattern_entities(folded_text))
        goods = marks(found, (("goods", start, end) for start, end in self._goods.find(folded_text)))
        misspelt = (("goods", start, end) for start, end in self._goods.guess(folded_text))
        words = self._splitter.split(folded_text)
        word_of = {place: number for number, word in enumerate(words) for place in range(word.start, word.end)}
        return Sight(
            pieces=found,
            patterns=marks(found, patterns),
            goods=goods,
            misspelt=marks(found, misspelt),
            words=words,
            word_of=[word_of.get(piece.start) for piece in found],
            nth=list(accumulate(mark.startswith("B") for mark in goods)),
            intent=intent,
        )


def labels(found: Sequence[Piece], spans: Iterable[Span]) -> list[str]:
    """B-kind at the first piece of an entity, I-kind at the others, O elsewhere."""
    named: dict[int, str] = {}
    for span in spans:
        inside = [number for number, piece in enumerate(found) if piece.start < span.end and span.start < piece.end]
        named |= {number: f"{'I' if place else 'B'}-{span.kind}" for place, number in enumerate(inside)}
    return [named.get(number, _OUTSIDE) for number in range(len(found))]


def spans(found: Sequence[Piece], tags: Sequence[str]) -> list[Span]:
    """The entities that the tags of the pieces spell."""
    spelled: list[Span] = []
    for piece, tag, before in zip(found, tags, [_OUTSIDE, *tags], strict=False):
        kind = tag.partition("-")[2]
        if not kind:
            continue
        if tag.startswith("I") and before.partition("-")[2] == kind:
            spelled[-1] = Span(kind, spelled[-1].start, piece.end)
        else:
            spelled.append(Span(kind, piece.start, piece.end))
    return spelled
