"""The moments training looks from: each one earlier by a whole horizon, so that no outcome is seen twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapport.learning.errors import NotEnoughDataError

HORIZON = timedelta(days=30)
MOST_CUTOFFS = 6
# A small shop may sell nothing for some days; a longer silence is more likely an import that ended.
STALE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Moments:
    """`reference` is the end of what is known. Outcomes of `held_out` lie in [held_out, reference), those of each
    of `cutoffs` (newest first) end before `held_out` begins."""

    first: datetime
    reference: datetime
    held_out: datetime
    cutoffs: tuple[datetime, ...]

    @property
    def all(self) -> Sequence[datetime]:
        """Every moment whose outcome is known, newest first."""
        return (self.held_out, *self.cutoffs)


def moments_of(first: datetime, newest: datetime, *, now: datetime) -> Moments:
    """The moments of data whose orders run from `first` to `newest`.

    The reference is now, or just after the newest order where that is old: an import of past years must not look
    like a shop nobody buys from any more. Raises NotEnoughDataError below three horizons.
    """
    newest_seen = newest + timedelta(seconds=1)
    reference = now if now - STALE <= newest_seen <= now else min(newest_seen, now)
    held_out = reference - HORIZON
    back = [held_out - HORIZON * step for step in range(1, MOST_CUTOFFS + 1)]
    cutoffs = tuple(cutoff for cutoff in back if cutoff - first >= HORIZON)
    if not cutoffs:
        days = (reference - first).days
        raise NotEnoughDataError(
            f"the orders cover {days} days; at least {3 * HORIZON.days} are needed to learn from one month, "
            "try it on the next, and know something before both"
        )
    return Moments(first, reference, held_out, cutoffs)
