"""Coupon codes in what a customer writes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,30}[A-Za-z0-9]")
_SHOUTED = re.compile(r"[A-Z0-9_-]{5,}")


@dataclass(frozen=True, slots=True)
class Codes:
    """`possible` are all words that may be one, in capitals; `likely` those that look like nothing else."""

    possible: tuple[str, ...]
    likely: tuple[str, ...]


def codes_in(text: str) -> Codes:
    """Letters with digits, capitals, or a word that stands alone look like a code."""
    tokens = [] if text.startswith("/") or "@" in text else _TOKEN.findall(text)
    alone = len(tokens) == 1 and tokens[0] == text.strip()
    likely = [token for token in tokens if alone or _mixed(token) or _SHOUTED.fullmatch(token)]
    return Codes(tuple(map(str.upper, tokens)), tuple(map(str.upper, likely)))


def _mixed(token: str) -> bool:
    return any(map(str.isdigit, token)) and any(map(str.isalpha, token))
