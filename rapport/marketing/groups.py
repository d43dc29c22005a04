"""Groups that stick: a customer's place in an experiment is a hash, the same on every machine and every day."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """The arm a customer is in, and the probability it had."""

    experiment: str
    arm: str
    probability: float


def place(salt: str, customer_id: int, experiment: str) -> float:
    """A number in [0, 1), evenly spread over customers and unrelated between experiments."""
    digest = hashlib.sha256(f"{salt}\x00{customer_id}\x00{experiment}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def holdout_group(salt: str, customer_id: int, experiment: str, *, share: float) -> Group:
    """`holdout` or `treated`. Whoever is held out at 10% still is at 20%."""
    if place(salt, customer_id, experiment) < share:
        return Group(experiment, "holdout", share)
    return Group(experiment, "treated", 1 - share)


def variant_group(salt: str, customer_id: int, experiment: str, *, arms: Sequence[str]) -> Group:
    """One of `arms`, each as likely as the other."""
    number = int(place(salt, customer_id, experiment) * len(arms))
    return Group(experiment, arms[number], 1 / len(arms))
