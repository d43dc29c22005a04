"""Visits to the shop: those people make by themselves, those a mail brings, and those it drives away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.mailings import QUIET, Campaign
from demo.people import KNOWN
from demo.seasons import DAY, Seasons
from demo.traits import Traits

HOUR = 3600
SALE = 1.3
# What the two known customers did, in days before the end: they bought (the last parcel is on its way), they looked.
KNOWN_BOUGHT = (215, 130, 61, 6)
KNOWN_LOOKED = (150, 30, 3)
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Visits:
    """One entry per visit, in the order of time; `mailed`: brought by a mail; `sale`: on a sale day."""

    customer: Ints
    at: Ints
    mailed: Bools
    sale: Bools
    chats: Bools
    buys: Bools

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True)
class _Came:
    """Visits before anybody has decided anything; `buys` is 1 or 0 where it is already known, else -1."""

    customer: Ints
    at: Ints
    mailed: Bools
    buys: Ints


def draw_visits(
    traits: Traits, campaigns: list[Campaign], seasons: Seasons, *, zone: Ints, rng: np.random.Generator
) -> Visits:
    """Every visit of every customer."""
    own = _driven_away(_by_themselves(traits, seasons, zone, rng), campaigns)
    parts = [own, _registering(traits), *map(_brought, campaigns), _known(seasons, min(KNOWN, len(traits)))]
    came = _Came(*(np.concatenate([getattr(part, name) for part in parts]) for name in _Came.__slots__))
    order = np.lexsort((came.customer, came.at))
    return _decided(_Came(*(getattr(came, name)[order] for name in _Came.__slots__)), traits, seasons, rng)


def _came(customer: Ints, at: Ints, *, mailed: bool = False, buys: int = -1) -> _Came:
    return _Came(customer, at, np.full(len(at), mailed), np.full(len(at), buys, dtype=np.int64))


def _by_themselves(traits: Traits, seasons: Seasons, zone: Ints, rng: np.random.Generator) -> _Came:
    end = np.minimum(traits.lost_at, seasons.until - 3 * HOUR)
    ordinary_weeks = seasons.weight_between(traits.registered_at, end) / 7
    who = np.repeat(np.arange(len(traits)), rng.poisson(traits.weekly_visits * ordinary_weeks))
    return _came(who, seasons.moments(traits.registered_at[who], end[who], zone[who], rng))


def _registering(traits: Traits) -> _Came:
    return _came(np.arange(len(traits)), traits.registered_at.copy())


def _brought(campaign: Campaign) -> _Came:
    came = campaign.visits_at > 0
    return _came(campaign.treated[came], campaign.visits_at[came], mailed=True)


def _driven_away(came: _Came, campaigns: list[Campaign]) -> _Came:
    """Without the visits of those whom a mail annoyed, for the days it did."""
    stays = np.ones(len(came.at), dtype=bool)
    for campaign in campaigns:
        annoyed = np.isin(came.customer, campaign.treated[campaign.quiet])
        stays &= ~(annoyed & (came.at >= campaign.at) & (came.at < campaign.at + QUIET))
    return _Came(came.customer[stays], came.at[stays], came.mailed[stays], came.buys[stays])


def _known(seasons: Seasons, count: int) -> _Came:
    days = np.tile(np.array(KNOWN_BOUGHT + KNOWN_LOOKED), count)
    who = np.repeat(np.arange(count), len(KNOWN_BOUGHT + KNOWN_LOOKED))
    buys = np.tile(np.array([1] * len(KNOWN_BOUGHT) + [0] * len(KNOWN_LOOKED)), count)
    # Eleven o'clock UTC is midday in London and evening in Shanghai.
    at = seasons.until - seasons.until % DAY + (11 - who) * HOUR - days * DAY
    return _Came(who, at, np.zeros(len(at), dtype=bool), buys)


def _decided(came: _Came, traits: Traits, seasons: Seasons, rng: np.random.Generator) -> Visits:
    who = came.customer
    registering = came.at == traits.registered_at[who]
    day = seasons.weight_between(came.at - DAY // 2, came.at + DAY // 2)
    sale = day > SALE
    chats = (rng.random(len(who)) < traits.chattiness[who]) & (who >= KNOWN)
    sensitivity = traits.price_sensitivity[who] - 0.5
    logit = (
        -1.45
        + 0.32 * np.log(traits.weekly_visits[who] + 0.02)
        - 1.1 * sensitivity
        + sale * (0.5 + 1.4 * sensitivity)
        + 1.15 * registering
        + 1.6 * came.mailed
        + 0.55 * chats
    )
    wants = rng.random(len(who)) < 1 / (1 + np.exp(-logit))
    known = who < KNOWN
    buys = np.where(came.buys >= 0, came.buys == 1, wants & ~known)
    return Visits(customer=who, at=came.at, mailed=came.mailed, sale=sale, chats=chats, buys=buys)
