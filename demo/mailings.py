"""The shop's campaigns: who was written to and who was held out, and how people and machines answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.people import KNOWN
from demo.seasons import DAY, Seasons
from demo.traits import Traits

EVERY = 21 * DAY
HOLDOUT = 0.25
QUIET = 10 * DAY
PURPOSES = ("newsletter", "recommendations", "offers")
GRANTED = {"newsletter": 0.64, "recommendations": 0.58, "offers": 0.52, "cart_reminders": 0.45}
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Consents:
    """Per purpose: who granted it on registering, and until when (seconds; never withdrawn: far ahead)."""

    granted: dict[str, Bools]
    until: dict[str, Ints]

    def hold(self, purpose: str, at: int) -> Bools:
        """Who may be written to about `purpose` at that moment."""
        return self.granted[purpose] & (self.until[purpose] > at)


@dataclass(frozen=True, slots=True)
class Campaign:
    """One message to everybody who may be written to, but for those held out. Answers are seconds, 0 for none."""

    name: str
    purpose: str
    at: int
    treated: Ints
    held_out: Ints
    opened_at: Ints
    machine_opened_at: Ints
    clicked_at: Ints
    machine_clicked_at: Ints
    unsubscribed_at: Ints
    visits_at: Ints
    quiet: Bools


def draw_consents(count: int, rng: np.random.Generator) -> Consents:
    """What was granted on registering; the known customers granted everything."""
    granted = {purpose: rng.random(count) < share for purpose, share in GRANTED.items()}
    for mask in granted.values():
        mask[:KNOWN] = True
    never = np.iinfo(np.int64).max
    return Consents(granted, {purpose: np.full(count, never, dtype=np.int64) for purpose in GRANTED})


def run_campaigns(traits: Traits, consents: Consents, seasons: Seasons, rng: np.random.Generator) -> list[Campaign]:
    """Every campaign in the order of time. Who unsubscribes is written into `consents`."""
    campaigns = []
    for number, at in enumerate(range(seasons.start + EVERY, seasons.until - QUIET, EVERY)):
        purpose = PURPOSES[number % len(PURPOSES)]
        sent_at = at - at % DAY + 2 * 3600
        may = consents.hold(purpose, sent_at) & (traits.registered_at < sent_at - DAY)
        may[:KNOWN] = False  # their story is told in full elsewhere
        name = f"{purpose}-{number + 1:02d}"
        campaign = _send(name, purpose, sent_at, traits=traits, reached=np.flatnonzero(may), rng=rng)
        gone = campaign.unsubscribed_at > 0
        consents.until[purpose][campaign.treated[gone]] = campaign.unsubscribed_at[gone]
        campaigns.append(campaign)
    return campaigns


def _send(name: str, purpose: str, at: int, *, traits: Traits, reached: Ints, rng: np.random.Generator) -> Campaign:
    held_out = rng.random(len(reached)) < HOLDOUT
    treated = reached[~held_out]
    alive = traits.lost_at[treated] > at
    effect = traits.mailing_effect[treated]
    opened = _happens(traits.open_rate[treated] * np.where(alive, 1.0, 0.1), rng)
    clicked = opened & _happens(np.clip(0.12 + 1.2 * effect, 0.02, 0.6), rng)
    machine = traits.machine_opens[treated]
    unsubscribed = opened & ~clicked & _happens(np.where(effect < 0, 0.05, 0.006), rng)
    opened_at = _after(at, opened, 9 * 3600, rng)
    return Campaign(
        name=name,
        purpose=purpose,
        at=at,
        treated=treated,
        held_out=reached[held_out],
        opened_at=opened_at,
        machine_opened_at=_after(at, machine & _happens(np.full(len(treated), 0.9), rng), 40, rng),
        clicked_at=np.where(clicked, opened_at + rng.integers(4, 90, len(treated)), 0),
        machine_clicked_at=_after(at, machine & _happens(np.full(len(treated), 0.12), rng), 20, rng),
        unsubscribed_at=np.where(unsubscribed, opened_at + rng.integers(5, 60, len(treated)), 0),
        visits_at=_after(at, alive & _happens(np.maximum(effect, 0.0), rng), 30 * 3600, rng),
        quiet=alive & _happens(np.maximum(-effect, 0.0), rng),
    )


def _happens(chance: NDArray[np.float64], rng: np.random.Generator) -> Bools:
    return rng.random(len(chance)) < chance


def _after(at: int, happens: Bools, mean: float, rng: np.random.Generator) -> Ints:
    """A moment after `at` where it happens (exponential, `mean` in seconds), else 0."""
    delay = np.minimum(rng.exponential(mean, len(happens)), 6 * DAY).astype(np.int64) + 1
    return np.where(happens, at + delay, 0)
