"""One thing a customer named, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["email", "product", "category", "phone", "date", "budget", "order_id", "quantity"]
Bound = Literal["at_most", "at_least", "about"]


@dataclass(frozen=True, slots=True)
class Entity:
    """`start:end` of the folded text is the value as written; `value` is what it means; `role` a budget's bound.

    `known` is False for goods that the shop's catalogue does not name: their value is the words themselves.
    """

    kind: Kind | str
    value: str | int | float
    start: int
    end: int
    role: Bound | None = None
    known: bool = True

    def overlaps(self, other: Entity) -> bool:
        """True if both claim a character."""
        return self.start < other.end and other.start < self.end
