"""Who is answered first: a number of seconds of waiting that her standing is worth."""

from __future__ import annotations

# What the most valuable customer, and the angriest, gain over one of whom nothing is known.
VALUE_SECONDS = 120.0
UPSET_SECONDS = 180.0
CONTENT = 0.5
SEGMENTS = {
    "champion": 1.0, "loyal": 0.8, "at_risk": 0.6, "promising": 0.5, "needs_attention": 0.4, "new": 0.4,
    "lapsed": 0.2,
}  # fmt: skip


def priority(*, waited: float, value: float = 0.0, sentiment: float | None = None) -> float:
    """waited + 120 × value + 180 × upset, in seconds; the highest is answered first.

    `waited` is seconds, `value` 0 to 1 (see `value_of`), `sentiment` 0 dissatisfied to 1 content: upset is how far it
    lies below 0.5, from 0 to 1. Nobody is overtaken by more than five minutes of waiting, so nobody waits for ever.
    """
    upset = 0.0 if sentiment is None else max(0.0, CONTENT - sentiment) / CONTENT
    return waited + VALUE_SECONDS * value + UPSET_SECONDS * upset


def value_of(segment: str | None, conversion: float | None) -> float:
    """What a customer is worth to the shop, 0 to 1: the better of her segment's value and her conversion score."""
    return max(SEGMENTS.get(segment or "", 0.0), conversion or 0.0)
