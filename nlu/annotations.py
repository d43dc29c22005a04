"""Entities written into a training line as Rasa does: `where is [10233](order_id)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from nlu.entity import Kind

KINDS: tuple[str, ...] = get_args(Kind)
_ANNOTATION = re.compile(r"\[(?P<written>[^\[\]]+)\]\((?P<kind>[a-z_]+)\)")


@dataclass(frozen=True, slots=True)
class Span:
    """`kind` of the thing named, and the characters of the plain text that name it."""

    kind: str
    start: int
    end: int


def read_annotations(line: str) -> tuple[str, tuple[Span, ...]]:
    """The text as the customer typed it, and what is named in it; unknown kinds are kept for the lint to find."""
    plain, spans, end = "", [], 0
    for match in _ANNOTATION.finditer(line):
        plain += line[end : match.start()]
        spans.append(Span(match["kind"], len(plain), len(plain) + len(match["written"])))
        plain += match["written"]
        end = match.end()
    return plain + line[end:], tuple(spans)
