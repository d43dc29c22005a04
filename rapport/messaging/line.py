"""A message as a line in the shop's chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """What is said in the conversation `recipient`. `key` makes a repetition the same line."""

    recipient: str
    key: str
    text: str
    cards: tuple[Mapping[str, Any], ...]
    transactional: bool
