"""A text in pieces: Chinese by the character, all else by the run."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlu.language import HAN

# Chinese by the character: a word splitter's borders waver with what stands around a name.
_PIECES = re.compile(rf"(?P<han>[{HAN}])|(?P<letters>[^\W\d_{HAN}]+)|(?P<digits>\d+)|(?P<other>[^\s])")


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
