"""A customer's message as a line to learn from: what is personal stands in for itself, what it names is annotated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import Any

from rapport.privacy import EMAIL, LONG_NUMBER, mask, without

KINDS = frozenset({"order_id", "product", "category", "budget", "quantity", "date"})
# Of the same shape as what they stand in for, and nobody's.
STAND_IN_EMAIL, STAND_IN_NAME = "name@example.com", {"zh": "小明", "en": "Alex"}
BRACKETS = str.maketrans({"[": "(", "]": ")", "{": "(", "}": ")"})
_LETTERS, _DIGITS = "ABCDEFGHJK", "1234567890"


def shown(text: str, told: Mapping[str, Any], *, customer: str) -> str:
    """The message for a reviewer's eyes: addresses, long numbers, order numbers and the customer's name masked."""
    return mask(without(text, (*_names(customer), *_orders(told)), "***"))


def utterance(text: str, told: Mapping[str, Any], *, language: str, customer: str) -> str:
    """One line in Rasa's format, as docs/training-data.md wants it: `[R-5521](order_id)`."""
    line = " ".join(text.translate(BRACKETS).split())
    line = without(line, _names(customer), STAND_IN_NAME["en" if language == "en" else "zh"])
    for kind, written in sorted(set(_named(told)), key=lambda one: -len(one[1])):
        line = _annotated(line, kind, written)
    line = _outside(line, lambda part: EMAIL.sub(f"[{STAND_IN_EMAIL}](email)", part))
    return _outside(line, lambda part: LONG_NUMBER.sub(lambda found: _alike(found.group()), part))


def _annotated(line: str, kind: str, written: str) -> str:
    marked = f"[{_alike(written) if kind == 'order_id' else written}]({kind})"
    word = rf"(?<![A-Za-z0-9]){re.escape(written)}(?![A-Za-z0-9])"
    return _outside(line, lambda part: re.sub(word, lambda _: marked, part))


def _outside(line: str, change: Any) -> str:
    """Changes what is not annotated yet."""
    pieces = re.split(r"(\[[^\]]*\]\([a-z_]+\))", line)
    return "".join(piece if number % 2 else change(piece) for number, piece in enumerate(pieces))


def _alike(number: str) -> str:
    """Its shape with other digits and letters."""
    digits, letters = cycle(_DIGITS), cycle(_LETTERS)
    return "".join(
        next(digits) if one.isdigit() else next(letters) if one.isascii() and one.isalpha() else one for one in number
    )


def _named(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for entity in told.get("entities", ()):
        written = str(entity.get("written") or entity.get("value") or "").strip()
        if entity.get("entity") in KINDS and written:
            yield str(entity["entity"]), written.translate(BRACKETS)


def _orders(told: Mapping[str, Any]) -> list[str]:
    return [written for kind, written in _named(told) if kind == "order_id"]


def _names(customer: str) -> tuple[str, ...]:
    return (customer, *customer.split())
