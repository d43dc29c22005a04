"""Spans of time as a marketer writes them: `30m`, `3h`, `7d`."""

from __future__ import annotations

import re
from datetime import timedelta

PATTERN = "^[1-9][0-9]{0,3}[mhdw]$"
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
LONGEST = timedelta(days=365)


def span(text: str) -> timedelta:
    """`3h` → three hours. Raises ValueError for what is no span or longer than a year."""
    if not re.fullmatch(PATTERN, text):
        raise ValueError(f'"{text}" is not a span of time; write a number and m, h, d or w, as in 30m, 3h or 7d')
    found = int(text[:-1]) * UNITS[text[-1]]
    if found > LONGEST:
        raise ValueError(f'"{text}" is longer than a year')
    return found


def in_words(length: timedelta) -> str:
    """Three hours → `3h`, in the largest unit that says it whole (weeks left out: 7d reads better)."""
    for letter in "dh":
        if length % UNITS[letter] == timedelta(0):
            return f"{length // UNITS[letter]}{letter}"
    return f"{length // UNITS['m']}m"
