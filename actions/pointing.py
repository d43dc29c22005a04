"""Which of the products just shown a customer points at: the second one, 最后一个, this one."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ORDINALS = (
    (re.compile(r"\bfirst\b|\b1st\b|第(?:一|1)"), 0),
    (re.compile(r"\bsecond\b|\b2nd\b|第(?:二|2)"), 1),
    (re.compile(r"\bthird\b|\b3rd\b|第(?:三|3)"), 2),
    (re.compile(r"\bfourth\b|\b4th\b|第(?:四|4)"), 3),
    (re.compile(r"\blast\b|最后"), -1),
)
_TWO = re.compile(r"\b(?:first|these|those|the) two\b|\bboth\b|[前这那]两")
_THIS = re.compile(r"\b(?:it|its|this|that|they|them|those|these)\b|这|那|它|刚才|刚刚")


def pointed_at(text: str, shown: Sequence[str]) -> tuple[str, ...]:
    """The SKUs meant, newest answer's order; one that was only hinted at is the first shown; none is ()."""
    folded = text.lower()
    if not shown:
        return ()
    if _TWO.search(folded):
        return tuple(shown[:2])
    marked = [place for pattern, place in _ORDINALS if pattern.search(folded)]
    if marked:
        return tuple(shown[place] for place in marked if place < len(shown))
    return (shown[0],) if _THIS.search(folded) else ()
