"""The shop's whole past, drawn from one seed: the same seed, size and end give the same past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from demo.baskets import Baskets, fill_baskets, stock_shelf
from demo.catalogue import Catalogue
from demo.mailings import Campaign, Consents, draw_consents, run_campaigns
from demo.people import Person, draw_people, zones_of
from demo.purchases import Lines, Orders, Refunds, place_orders, refund_factors, send_back, ship
from demo.seasons import make_seasons
from demo.traits import Traits, draw_traits
from demo.visits import Visits, draw_visits

MONTHS = 18
SPAN = timedelta(days=round(MONTHS * 30.44))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a past is made from. `until` is its end; nothing happens later."""

    seed: int
    customers: int
    until: datetime


@dataclass(frozen=True, slots=True)
class History:
    """A past, as arrays; customers and products are numbered from 0."""

    plan: Plan
    catalogue: Catalogue
    people: list[Person]
    traits: Traits
    consents: Consents
    campaigns: list[Campaign]
    visits: Visits
    baskets: Baskets
    orders: Orders
    lines: Lines
    refunds: Refunds


def make_history(plan: Plan, catalogue: Catalogue) -> History:
    """Draws a past. Each part has a generator of its own, so that a change in one leaves the others as they were."""
    rng = {part: np.random.default_rng([plan.seed, number]) for number, part in enumerate(_PARTS)}
    people = draw_people(plan.customers, rng["people"])
    zones, zone = zones_of(people)
    seasons = make_seasons(plan.until - SPAN, plan.until, zones)
    traits = draw_traits(len(people), len(catalogue.categories), seasons, rng["traits"])
    consents = draw_consents(len(people), rng["consents"])
    campaigns = run_campaigns(traits, consents, seasons, rng["mailings"])
    visits = draw_visits(traits, campaigns, seasons, zone=zone, rng=rng["visits"])
    shelf = stock_shelf(catalogue, rng["shelf"])
    baskets = fill_baskets(visits, traits, shelf, rng["baskets"])
    placed, lines = place_orders(visits, baskets, shelf)
    orders = ship(placed, seasons.until, rng["parcels"])
    factors = refund_factors([category.code for category in catalogue.categories], shelf)
    refunds = send_back(orders, lines, traits, factors=factors, until=seasons.until, rng=rng["refunds"])
    return History(plan, catalogue, people, traits, consents, campaigns, visits, baskets, orders, lines, refunds)


_PARTS = ("people", "traits", "consents", "mailings", "visits", "shelf", "baskets", "parcels", "refunds")
