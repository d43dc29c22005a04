"""How long a customer in the queue will wait: from how long conversations took lately and who is in hand now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Fewer conversations than this say nothing about the next one.
FEWEST = 5
LONGEST = 6 * 3600.0
STEPS = 24


@dataclass(frozen=True, slots=True)
class Load:
    """What the agents who are online are busy with, in seconds.

    `ages`: how long each conversation in hand has lasted; `taken` how long the last ones took; `free` how many more
    could be taken now; `opening` how long an agent takes to open what she was given.
    """

    ages: tuple[float, ...] = ()
    taken: tuple[float, ...] = ()
    free: int = 0
    opening: float = 0.0


def expected_wait(position: int, load: Load) -> float | None:
    """Seconds until the customer at this position (1 is next) is answered; None where too little is known.

    A place is free for her when so many conversations have ended as stand before her. By a time t, of a conversation
    of age a the share F(t | a) of what lasted longer than a has ended, and those that took its place may have ended,
    too (renewal function, Smith's approximation). The wait is where their sum reaches the median of that count.
    """
    missing = position - load.free
    if missing <= 0:
        return load.opening
    if len(load.taken) < FEWEST or not load.ages:
        return None
    left, shares = _times_left(load)
    mean, spread = float(np.mean(load.taken)), float(np.var(load.taken))
    correction = (spread / mean**2 - 1) / 2

    def ended_by(time: float) -> float:
        followed = np.maximum(0.0, (time - left) / mean + correction)
        return float(((1 + followed) * shares)[left <= time].sum())

    # The median of the n-th arrival of a Poisson process lies a third before n.
    wanted, low, high = missing - 1 / 3, 0.0, LONGEST
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if ended_by(middle) >= wanted else (middle, high)
    return high + load.opening


def _times_left(load: Load) -> tuple[np.ndarray, np.ndarray]:
    """How long each conversation in hand may still last, and the share of each possibility."""
    taken = np.asarray(load.taken)
    left = [taken[taken > age] - age for age in load.ages]
    # One older than all of late may end at any time: as soon as a short one.
    left = [some if len(some) else taken.min(keepdims=True) for some in left]
    return np.concatenate(left), np.concatenate([np.full(len(some), 1 / len(some)) for some in left])
