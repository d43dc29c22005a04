"""Rate limits: so many calls a minute for each caller, with a little credit for bursts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import HTTPException

# Callers remembered at most; beyond that those who have their full credit back are forgotten.
REMEMBERED = 10_000


@dataclass(slots=True)
class Limit:
    """A token bucket per caller. `per_minute` 0 means no limit.

    A burst may take `at_once` calls, or half a minute's where that is not said.
    """

    per_minute: int
    clock: Callable[[], float] = time.monotonic
    at_once: int | None = None
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def burst(self) -> float:
        return max(1.0, self.per_minute / 2) if self.at_once is None else self.at_once

    def take(self, caller: str) -> None:
        """Counts a call. Raises a 429 that says when to come back."""
        if not self.allows(caller):
            seconds = (1 - self._credit(caller, self.clock())) * 60 / self.per_minute
            raise HTTPException(429, "Too many calls at once.", headers={"Retry-After": str(int(seconds) + 1)})

    def allows(self, caller: str) -> bool:
        """Counts a call where it is within the limit, and says whether it is."""
        if not self.per_minute:
            return True
        now = self.clock()
        credit = self._credit(caller, now)
        if credit < 1:
            return False
        self._buckets[caller] = (credit - 1, now)
        if len(self._buckets) > REMEMBERED:
            self._forget(now)
        return True

    def _credit(self, caller: str, now: float) -> float:
        credit, at = self._buckets.get(caller, (self.burst, now))
        return min(self.burst, credit + (now - at) * self.per_minute / 60)

    def _forget(self, now: float) -> None:
        self._buckets = {
            caller: bucket for caller, bucket in self._buckets.items() if self._credit(caller, now) < self.burst
        }
