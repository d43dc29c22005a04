"""The wait a customer is told is about the wait she has."""

from __future__ import annotations

import heapq
import math
import random
from dataclasses import dataclass, field
from statistics import median

import pytest

from rapport.chat.waiting import Load, expected_wait

PLACES, MEAN, OPENING = 18, 480.0, 12.5


@dataclass
class Shop:
    """A day of customers who ask for a person, by a clock that jumps from one happening to the next."""

    dice: random.Random
    sigma: float
    queue: list[int] = field(default_factory=list)
    in_hand: dict[int, float] = field(default_factory=dict)
    ends: list[tuple[float, int, float]] = field(default_factory=list)
    taken: list[float] = field(default_factory=list)
    told: dict[int, tuple[float, float]] = field(default_factory=dict)
    errors: list[float] = field(default_factory=list)

    def run(self, customers: int) -> None:
        now = 0.0
        for customer in range(customers):
            # A tide of two hours: now fewer than the agents can take, now more.
            tide = 0.65 + 0.45 * math.sin(now * math.pi / 7200)
            now += self.dice.expovariate(max(0.3, tide) * PLACES / MEAN)
            while self.ends and self.ends[0][0] <= now:
                self._end()
            self._come(customer, now)

    def _come(self, customer: int, now: float) -> None:
        if len(self.in_hand) < PLACES:
            return self._begin(customer, now)
        self.queue.append(customer)
        ages = tuple(max(0.0, now - since) for since in self.in_hand.values())
        wait = expected_wait(len(self.queue), Load(ages, tuple(self.taken[-60:]), 0, OPENING))
        if wait is not None:
            self.told[customer] = (now, wait)
        return None

    def _begin(self, customer: int, now: float) -> None:
        begun = now + self.dice.uniform(5, 20)
        self.in_hand[customer] = begun
        took = self.dice.lognormvariate(math.log(MEAN) - self.sigma**2 / 2, self.sigma)
        heapq.heappush(self.ends, (begun + took, customer, took))
        if customer in self.told:
            came, wait = self.told[customer]
            self.errors.append(abs(wait - (begun - came)) / (begun - came))

    def _end(self) -> None:
        now, customer, took = heapq.heappop(self.ends)
        del self.in_hand[customer]
        self.taken.append(took)
        if self.queue:
            self._begin(self.queue.pop(0), now)


@pytest.mark.parametrize("sigma", [0.4, 0.6, 0.9])
def test_the_median_error_of_the_wait_that_is_told_is_at_most_30_percent(sigma: float) -> None:
    shop = Shop(random.Random(4), sigma)
    shop.run(3000)
    assert len(shop.errors) > 500
    assert median(shop.errors) <= 0.30


def test_who_finds_a_place_free_waits_until_it_is_opened() -> None:
    assert expected_wait(1, Load(free=1, opening=9.0)) == 9.0


def test_with_no_past_nothing_is_promised() -> None:
    assert expected_wait(1, Load(ages=(10.0,), taken=(60.0,) * 4)) is None
    assert expected_wait(1, Load(taken=(60.0,) * 40)) is None


def test_who_stands_further_back_waits_longer() -> None:
    load = Load(ages=(0.0, 200.0, 900.0), taken=tuple(float(seconds) for seconds in range(60, 660, 10)), opening=5.0)
    waits = [expected_wait(position, load) or 0.0 for position in range(1, 12)]
    assert waits == sorted(set(waits))
