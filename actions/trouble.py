"""What is wrong with a parcel, from the words of who waits for it or has opened it."""

from __future__ import annotations

import re
from typing import Literal

Trouble = Literal["missing", "wrong", "damaged", "lost"]

# Looked for in this order: a parcel that is late and broken is broken.
_ZH: dict[Trouble, str] = {
    "missing": r"少[了发寄件给]|缺|漏[发寄装]|没放",
    "wrong": r"[发寄送拿]错|不是我[买订要]|错了",
    "damaged": r"破|碎|坏|裂|漏|压扁|变形|磕",
    "lost": r"丢|不见|找不到|[显已提][示经]?.{0,3}(?:签收|送达)|没拿到",
}
_EN: dict[Trouble, str] = {
    "missing": r"missing|incomplete|only (?:got|received)|wasn'?t in",
    "wrong": r"wrong|not what i (?:ordered|bought)|instead of",
    "damaged": r"brok\w*|damag\w*|crack\w*|smash\w*|shatter\w*|leak\w*|dent\w*|crush\w*|chipped|torn",
    "lost": r"lost|(?:says?|marked as|shows?)(?: it was| it's)? delivered|never (?:arrived|came|got)|vanished|stolen",
}
_PATTERNS = {trouble: re.compile(rf"{_ZH[trouble]}|\b(?:{_EN[trouble]})\b", re.IGNORECASE) for trouble in _ZH}
_NOT_RECEIVED = re.compile(
    r"没.{0,2}[收拿]到|未收到|\b(?:not|haven'?t|didn'?t|hasn'?t)\b.*\b(?:receiv|arriv|g[eo]t|c[ao]me)", re.I
)


def trouble_in(text: str) -> Trouble | None:
    """The worst that is said; None where nothing but waiting is."""
    return next((trouble for trouble, pattern in _PATTERNS.items() if pattern.search(text)), None)


def not_received(text: str) -> bool:
    """True where she says that nothing has come: late for a parcel under way, lost for one that was delivered."""
    return bool(_NOT_RECEIVED.search(text))
