"""Which of a short list a customer means: its number in the list, the last one, or all of it."""

from __future__ import annotations

import re

_PLACES = (
    (
        re.compile(r"\b(?:first|1st|latest|newest|most recent)\b|第[一1]|最近|最新|^\W*(?:no\.?\s*)?[1一]\W*$", re.I),
        0,
    ),
    (re.compile(r"\b(?:second|2nd)\b|第[二2两]|^\W*(?:no\.?\s*)?[2二]\W*$", re.I), 1),
    (re.compile(r"\b(?:third|3rd)\b|第[三3]|^\W*(?:no\.?\s*)?[3三]\W*$", re.I), 2),
    (re.compile(r"\b(?:fourth|4th)\b|第[四4]|^\W*(?:no\.?\s*)?[4四]\W*$", re.I), 3),
    (re.compile(r"\b(?:fifth|5th)\b|第[五5]|^\W*(?:no\.?\s*)?[5五]\W*$", re.I), 4),
    (re.compile(r"\blast\b|最后", re.I), -1),
)
_ALL = re.compile(r"\b(?:all|both|everything|whole)\b|全部|所有|都|整单", re.I)


def points(text: str) -> bool:
    """True if the text could mean something in a list, whatever is on it."""
    return bool(_ALL.search(text)) or any(pattern.search(text) for pattern, _ in _PLACES)


def picked(text: str, count: int) -> tuple[int, ...]:
    """The places meant of `count` (from 0), in their order; () where the text names none that is there."""
    if _ALL.search(text):
        return tuple(range(count))
    places = {place % count for pattern, place in _PLACES if count > place >= -count and pattern.search(text)}
    return tuple(sorted(places))
