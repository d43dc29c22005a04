"""Orders, their parcels, what was sent back, and the points they earned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.baskets import Baskets, Shelf
from demo.people import KNOWN
from demo.seasons import DAY
from demo.traits import Floats, Traits
from demo.visits import HOUR, Ints, Visits

FIRST_NUMBER = 5_100_000
SALE_PRICE = 0.9
WELCOME_POINTS = 50
# Clothes and shoes do not fit; nobody sends back tea.
SENT_BACK = {"clothing": 2.4, "accessories": 1.8, "bags": 1.3, "tea": 0.3, "bath": 0.4, "garden": 0.6}


@dataclass(frozen=True, slots=True)
class Orders:
    """One entry per order, in the order of time. Moments are seconds, 0 where it did not happen; money is in fen."""

    visit: Ints
    customer: Ints
    placed_at: Ints
    shipped_at: Ints
    delivered_at: Ints
    cancelled_at: Ints
    total: Ints

    def number(self, index: int) -> str:
        """The order's number as the customer reads it."""
        return str(FIRST_NUMBER + 7 * index)


@dataclass(frozen=True, slots=True)
class Lines:
    """One entry per line: its order, product, quantity and the price paid for one."""

    order: Ints
    product: Ints
    quantity: Ints
    unit_price: Ints


@dataclass(frozen=True, slots=True)
class Refunds:
    """One entry per line sent back: its order, product, quantity, the money given back, and when."""

    order: Ints
    product: Ints
    quantity: Ints
    amount: Ints
    at: Ints


def place_orders(visits: Visits, baskets: Baskets, shelf: Shelf) -> tuple[Orders, Lines]:
    """What was bought, before anything was shipped."""
    order_visit, order = np.unique(baskets.bought_in, return_inverse=True)
    price = shelf.price[baskets.bought]
    paid = np.where(visits.sale[baskets.bought_in], np.round(price * SALE_PRICE), price).astype(np.int64)
    lines = Lines(order.astype(np.int64), baskets.bought, baskets.quantity, paid)
    total = np.zeros(len(order_visit), dtype=np.int64)
    np.add.at(total, lines.order, lines.quantity * lines.unit_price)
    placed = visits.at[order_visit] + baskets.views[order_visit] * 70 + 300
    nothing = np.zeros_like(total)
    return Orders(order_visit, visits.customer[order_visit], placed, nothing, nothing, nothing, total), lines


def ship(orders: Orders, until: int, rng: np.random.Generator) -> Orders:
    """Every parcel's way up to `until`: a few are cancelled; the known customers' last one is under way."""
    count = len(orders.total)
    known = orders.customer < KNOWN
    cancelled = (rng.random(count) < 0.03) & ~known
    cancelled_at = orders.placed_at + rng.integers(HOUR // 6, 9 * HOUR, count)
    shipped_at = orders.placed_at + rng.integers(10 * HOUR, 3 * DAY, count)
    delivered_at = shipped_at + rng.integers(DAY, 6 * DAY, count)
    under_way = known & (orders.placed_at > until - 10 * DAY)
    shipped_at = np.where(under_way, until - DAY - 5 * HOUR, shipped_at)
    delivered_at = np.where(under_way, until + 2 * DAY, delivered_at)
    return Orders(
        visit=orders.visit,
        customer=orders.customer,
        placed_at=orders.placed_at,
        shipped_at=np.where(cancelled | (shipped_at >= until), 0, shipped_at),
        delivered_at=np.where(cancelled | (delivered_at >= until), 0, delivered_at),
        cancelled_at=np.where(cancelled & (cancelled_at < until), cancelled_at, 0),
        total=orders.total,
    )


def send_back(
    orders: Orders,
    lines: Lines,
    traits: Traits,
    *,
    factors: Floats,
    until: int,
    rng: np.random.Generator,
) -> Refunds:
    """The lines that came back after delivery; `factors` is how readily each product does."""
    chance = traits.refund_rate[orders.customer[lines.order]] * factors[lines.product]
    at = orders.delivered_at[lines.order] + rng.integers(2 * DAY, 12 * DAY, len(chance))
    back = (rng.random(len(chance)) < chance) & (orders.delivered_at[lines.order] > 0) & (at < until)
    quantity, price = lines.quantity[back], lines.unit_price[back]
    return Refunds(lines.order[back], lines.product[back], quantity, quantity * price, at[back])


def refund_factors(categories: list[str], shelf: Shelf) -> Floats:
    """How readily each product is sent back, against the average."""
    return np.array([SENT_BACK.get(categories[category], 1.0) for category in shelf.category])
