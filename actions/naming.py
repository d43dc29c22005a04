"""Which of a few things is called by a part of its name: "the cup", "茶叶"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.language import HAN

_LATIN = re.compile(r"[a-z]{3,}")
# Words and letters that stand in any answer, and name nothing.
_SAID_ANYWAY = frozenset(
    {"the", "one", "and", "please", "that", "this", "just", "with", "want", "return", "exchange"}
)
_HAN_SAID_ANYWAY = frozenset("的那这个我想要退换货把就是只和一下请帮吧")


def called(text: str, names: Sequence[str]) -> tuple[int, ...]:
    """The places of the names that share most with the text; () where none shares anything, or all the same."""
    shares = [len(_pieces(text) & _pieces(name)) for name in names]
    most = max(shares, default=0)
    places = tuple(place for place, share in enumerate(shares) if share == most)
    return places if most and len(places) < len(names) else ()


def _pieces(text: str) -> set[str]:
    latin = set(_LATIN.findall(text.lower())) - _SAID_ANYWAY
    return latin | (set(HAN.findall(text)) - _HAN_SAID_ANYWAY)
