"""Which of a few things is called by a part of its name: "the cup", "茶叶"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapport.chat.language import CJK as HAN

_LATIN = re.compile(r"[a-z]{3,}")
_HAN_RUN = re.compile(rf"{HAN.pattern}+")
# Words that stand in any answer, and name nothing.
_SAID_ANYWAY = frozenset(
    {"the", "one", "and", "please", "that", "this", "just", "with", "want", "return", "exchange", "would", "like"}
)


def called(text: str, names: Sequence[str]) -> tuple[int, ...]:
    """The places of the names that share most with the text; () where none shares anything, or all the same."""
    said = _latin(text) | set(HAN.findall(text)) | _pairs(text)
    shares = [len(said & _telling(name)) for name in names]
    most = max(shares, default=0)
    places = tuple(place for place, share in enumerate(shares) if share == most)
    return places if most and len(places) < len(names) else ()


def _telling(name: str) -> set[str]:
    """Its words, pairs of its Chinese characters, and the last one of each run: the kind of thing."""
    return _latin(name) | _pairs(name) | {run[-1] for run in _HAN_RUN.findall(name)}


def _latin(text: str) -> set[str]:
    return set(_LATIN.findall(text.lower())) - _SAID_ANYWAY


def _pairs(text: str) -> set[str]:
    return {run[at : at + 2] for run in _HAN_RUN.findall(text) for at in range(len(run) - 1)}
