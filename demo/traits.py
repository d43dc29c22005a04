"""What makes each simulated customer act: the truth that models may guess at and never read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Integer, MetaData, String, Table

from demo.people import KNOWN, Person
from demo.seasons import DAY, Seasons
from rapport.store.base import UtcDateTime

Floats = NDArray[np.float64]
metadata = MetaData()

hidden_traits = Table(
    "demo_hidden_traits",
    metadata,
    Column("customer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(8)),
    Column("time_zone", String(64)),
    Column("price_sensitivity", Float),
    Column("budget_minor", Integer),
    Column("tastes", JSON),
    Column("weekly_visits", Float),
    Column("lost_at", UtcDateTime),
    Column("mailing_effect", Float),
    Column("open_rate", Float),
    Column("machine_opens", Boolean),
    Column("refund_rate", Float),
    Column("chattiness", Float),
)


@dataclass(frozen=True, slots=True)
class Traits:
    """One entry per customer. Rates and shares are between 0 and 1, moments seconds since 1970.

    `mailing_effect` is the change in the chance of one more visit that a mail makes: below 0 it drives visits away.
    `tastes` is customer × category and sums to 1; `lost_at` is when the customer stops coming, often never.
    """

    registered_at: NDArray[np.int64]
    lost_at: NDArray[np.int64]
    price_sensitivity: Floats
    budget: Floats
    tastes: Floats
    weekly_visits: Floats
    mailing_effect: Floats
    open_rate: Floats
    machine_opens: NDArray[np.bool_]
    refund_rate: Floats
    chattiness: Floats

    def __len__(self) -> int:
        return len(self.registered_at)


def draw_traits(count: int, categories: int, seasons: Seasons, rng: np.random.Generator) -> Traits:
    """The hidden traits of `count` customers; the known ones are calm, loyal and keep what they buy."""
    registered = _registrations(count, seasons, rng)
    sensitivity = rng.beta(2.0, 2.2, count)
    # Heterogeneous dropout as in Fader, Hardie and Lee (2005): a rate drawn from a gamma distribution per customer.
    lost = registered + (rng.exponential(1.0, count) / rng.gamma(1.3, 1 / 1.3 / 520, count) * DAY).astype(np.int64)
    effect = np.clip(0.44 * sensitivity**1.4 - 0.085 + rng.normal(0, 0.035, count), -0.12, 0.42)
    traits = Traits(
        registered_at=registered,
        lost_at=np.minimum(lost, seasons.until + 3650 * DAY),
        price_sensitivity=sensitivity,
        budget=np.exp(rng.normal(4.45, 0.55, count) - 0.5 * (sensitivity - 0.5)),
        tastes=rng.dirichlet(np.full(categories, 0.45), count),
        weekly_visits=np.exp(rng.normal(-1.75, 1.05, count)),
        mailing_effect=effect,
        open_rate=np.clip(0.18 + 1.1 * effect + rng.normal(0, 0.08, count), 0.02, 0.8),
        machine_opens=rng.random(count) < 0.22,
        refund_rate=rng.beta(0.7, 13.0, count),
        chattiness=rng.beta(0.8, 14.0, count),
    )
    _settle_the_known(traits, seasons)
    return traits


def _registrations(count: int, seasons: Seasons, rng: np.random.Generator) -> NDArray[np.int64]:
    """A third were there in the first weeks; of the rest more and more come."""
    span = seasons.until - seasons.start
    share = np.where(rng.random(count) < 0.34, rng.random(count) * 0.08, np.sqrt(rng.random(count)))
    return seasons.start + (share * (span - DAY)).astype(np.int64)


def _settle_the_known(traits: Traits, seasons: Seasons) -> None:
    traits.registered_at[:KNOWN] = seasons.start + 30 * DAY
    traits.lost_at[:KNOWN] = seasons.until + 3650 * DAY
    traits.weekly_visits[:KNOWN] = 0.0
    traits.refund_rate[:KNOWN] = 0.0
    traits.chattiness[:KNOWN] = 0.0


def trait_rows(traits: Traits, people: list[Person], categories: list[str], *, first_id: int) -> list[dict[str, Any]]:
    """The rows of `demo_hidden_traits`; `first_id` is the first customer's number in the database."""
    numbers = ("price_sensitivity", "weekly_visits", "mailing_effect", "open_rate", "refund_rate", "chattiness")
    return [
        {
            "customer_id": first_id + index,
            "language": person.language,
            "time_zone": person.zone,
            "budget_minor": round(traits.budget[index] * 100),
            "tastes": dict(zip(categories, traits.tastes[index].round(4).tolist(), strict=True)),
            "lost_at": datetime.fromtimestamp(int(traits.lost_at[index]), UTC),
            "machine_opens": bool(traits.machine_opens[index]),
            **{name: round(float(getattr(traits, name)[index]), 5) for name in numbers},
        }
        for index, person in enumerate(people)
    ]
