"""What a customer wants to spend, from the amounts in her message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from actions.formats import minor_units
from actions.turn import Entity

# "about 100" takes 80 to 125, as "100" does when it stands alone.
SPREAD = 1.25


@dataclass(frozen=True, slots=True)
class Budget:
    """Bounds in minor units, both included; None where there is none."""

    at_least: int | None = None
    at_most: int | None = None

    def allows(self, minor: int) -> bool:
        """True for a price within the bounds."""
        return (self.at_least is None or minor >= self.at_least) and (self.at_most is None or minor <= self.at_most)


def budget_of(entities: Iterable[Entity], currency: str) -> Budget | None:
    """The budget of all `budget` entities together (a range is two of them); None where no amount is named."""
    low: list[float] = []
    high: list[float] = []
    for entity in entities:
        amount = _amount(entity)
        if amount is None:
            continue
        if entity.role != "at_most":
            low.append(amount if entity.role == "at_least" else amount / SPREAD)
        if entity.role != "at_least":
            high.append(amount if entity.role == "at_most" else amount * SPREAD)
    if not low and not high:
        return None
    return Budget(
        at_least=minor_units(max(low), currency) if low else None,
        at_most=minor_units(min(high), currency) if high else None,
    )


def is_budget(entity: Entity) -> bool:
    """True for an amount of money; 一 and 两 are words (一起, 两块香皂), not amounts."""
    return entity.kind == "budget" and entity.written not in ("一", "两")


def _amount(entity: Entity) -> float | None:
    if not is_budget(entity):
        return None
    try:
        return float(entity.value)
    except ValueError:
        return None
