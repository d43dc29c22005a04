"""What the entity tagger looks at: pieces of a text, their neighbours, and what patterns and lexicons say of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlu.annotations import Span
from nlu.entities import pattern_entities
from nlu.goods import Goods
from nlu.language import HAN
from nlu.words import Splitter, Word

# Chinese by the character: a word splitter's borders waver with what stands around a name.
_PIECES = re.compile(rf"(?P<han>[{HAN}])|(?P<letters>[^\W\d_{HAN}]+)|(?P<digits>\d+)|(?P<other>[^\s])")
_OUTSIDE = "O"


@dataclass(frozen=True, slots=True)
class Piece:
    """A character of Chinese, a run of letters or digits, or a sign; `shape` is which of them."""

    text: str
    start: int
    end: int
    shape: str


def pieces(folded_text: str) -> list[Piece]:
    """Everything but blanks."""
    found = _PIECES.finditer(folded_text)
    return [Piece(match.group(), match.start(), match.end(), str(match.lastgroup)) for match in found]


class TagReader:
    """Turns a text into features for a sequence model, piece by piece."""

    def __init__(self, splitter: Splitter, goods: Goods) -> None:
        self._splitter = splitter
        self._goods = goods

    def read(self, folded_text: str, intent: str = "") -> tuple[list[Piece], list[list[str]]]:
        """The pieces and what is seen at each; `intent` is what the message wants: in an order, a number counts."""
        found = pieces(folded_text)
        patterns = _marks((entity.kind, entity.start, entity.end) for entity in pattern_entities(folded_text))
        goods = _marks(("goods", start, end) for start, end in self._goods.find(folded_text))
        words = {place: word for word in self._splitter.split(folded_text) for place in range(word.start, word.end)}
        texts = ["<<", "<", *(piece.text for piece in found), ">", ">>"]
        marks = ["", "", *(patterns.get(piece.start, "") for piece in found), "", ""]
        named = ["", "", *(goods.get(piece.start, "") for piece in found), "", ""]
        return found, [
            [
                *_around(texts, number),
                *_marked(marks, named, number),
                *_form(piece, words.get(piece.start)),
                *_wanted(intent, marks[number + 2], named[number + 2]),
            ]
            for number, piece in enumerate(found)
        ]


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


def _marks(found: Iterable[tuple[str, int, int]]) -> dict[int, str]:
    return {
        place: f"{'B' if place == start else 'I'}-{kind}" for kind, start, end in found for place in range(start, end)
    }


def _around(texts: Sequence[str], number: int) -> list[str]:
    far_before, before, here, after, far_after = texts[number : number + 5]
    return [
        "bias",
        f"0={here}",
        f"-1={before}",
        f"-2={far_before}",
        f"+1={after}",
        f"+2={far_after}",
        f"-1,0={before}|{here}",
        f"0,+1={here}|{after}",
        f"-2,-1={far_before}|{before}",
        f"+1,+2={after}|{far_after}",
    ]


def _marked(marks: Sequence[str], named: Sequence[str], number: int) -> list[str]:
    place = number + 2
    return [
        f"pattern={marks[place]}",
        f"pattern-1={marks[place - 1]}",
        f"pattern+1={marks[place + 1]}",
        f"goods={named[place]}",
        f"goods-1={named[place - 1]}",
        f"goods+1={named[place + 1]}",
        f"goods={named[place]},+1={named[place + 1]},+2={named[place + 2]}",
    ]


def _wanted(intent: str, mark: str, name: str) -> list[str]:
    return [f"intent={intent}", f"intent={intent},pattern={mark}", f"intent={intent},goods={name}"]


def _form(piece: Piece, word: Word | None) -> list[str]:
    if piece.shape == "han" and word is not None:
        place = "S" if len(word.text) == 1 else "B" if piece.start == word.start else "I"
        return ["han", f"word={word.text}", f"in={place}"]
    if piece.shape == "digits":
        return [f"digits={min(len(piece.text), 6)}"]
    if piece.shape == "letters":
        return ["letters", f"ends={piece.text[-3:]}", f"ends2={piece.text[-2:]}", f"begins={piece.text[:3]}"]
    return [piece.shape]
