"""E-mail addresses and telephone numbers in a message of either language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entity import Entity

_EMAIL = re.compile(r"(?<![a-z0-9._%+\-])[a-z0-9._%+\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+")
_PHONE = re.compile(
    r"(?<![a-z0-9_+.#\-])(?:"
    r"(?:\+?86[\s\-]?)?1[3-9]\d[\s\-]?\d{4}[\s\-]?\d{4}"  # a Chinese mobile number
    r"|0\d{2,3}[\s\-]\d{7,8}"  # a Chinese land line
    r"|400[\s\-]\d{3,4}[\s\-]\d{3,4}"
    r"|\+\d[\d\s\-()]{6,16}\d"  # anywhere, with its country
    r"|\(?\d{3}\)?[\s\-.]\d{3}[\s\-.]\d{4}"  # North America
    r"|0\d{4}[\s\-]?\d{6}"  # Britain
    r"|0\d{3}[\s\-]\d{3}[\s\-]\d{3,4}"  # Australia, and British mobiles
    r")(?!\d)"
)
_CUED_PHONE = re.compile(
    r"(?:phone|mobile|cell|call me (?:on|at)|电话|手机号?|号码)(?: number)?"
    r"\s*(?:is|:|是|为)?\s*(?P<phone>\d[\d\s\-]{5,13}\d)"
)


def emails(text: str) -> Iterator[Entity]:
    """Every e-mail address."""
    for match in _EMAIL.finditer(text):
        yield Entity("email", match.group(), match.start(), match.end())


def phones(text: str) -> Iterator[Entity]:
    """Every telephone number, spaces and dashes as written."""
    for match in _PHONE.finditer(text):
        yield Entity("phone", match.group(), match.start(), match.end())
    for match in _CUED_PHONE.finditer(text):
        yield Entity("phone", match["phone"], match.start("phone"), match.end("phone"))
