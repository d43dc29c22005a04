"""Small numbers as people write them: three, 三, 十二, 20."""

from __future__ import annotations

import re

_ENGLISH = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
)
WORDS = {word: number for number, word in enumerate(_ENGLISH, 1)} | {"a dozen": 12, "dozen": 12, "couple": 2}
DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", 1)} | {"两": 2, "俩": 2, "仨": 3}
_PLACES = {"百": 100, "十": 10}

ENGLISH = "|".join(sorted(WORDS, key=len, reverse=True))
CHINESE = r"[一二三四五六七八九两俩仨十百]{1,4}"
NUMBER = rf"\d{{1,5}}|{CHINESE}|{ENGLISH}"


def number(written: str) -> int | None:
    """`"三"`, `"二十"`, `"3"`, `"three"` → 3, 20, 3, 3; None for what is no number up to 99,999."""
    folded = written.strip().lower()
    if folded in WORDS:
        return WORDS[folded]
    if folded.isascii() and folded.isdigit():
        return int(folded) if len(folded) <= 5 else None
    return _chinese(folded) if re.fullmatch(CHINESE, folded) else None


def _chinese(written: str) -> int | None:
    """Up to 999, with a number word never before its like."""
    total, pending = 0, 0
    for letter in written:
        if letter in DIGITS:
            if pending:
                return None
            pending = DIGITS[letter]
        else:
            total += (pending or 1) * _PLACES[letter]
            pending = 0
    return total + pending or None
