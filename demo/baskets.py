"""What a visitor looks at and puts in the cart: by taste, by purse, by fame, and by what goes with what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.catalogue import Catalogue
from demo.traits import Floats, Traits
from demo.visits import Ints, Visits

MOST_VIEWS = 8
MOST_EXTRAS = 4
GOES_WITH = {
    "tea": ("teaware", "tea"),
    "teaware": ("tea", "teaware"),
    "kitchen": ("kitchen", "bedding"),
    "desk": ("desk", "home"),
    "home": ("bedding", "garden"),
    "bedding": ("bedding", "bath"),
    "outdoor": ("outdoor", "bags"),
    "bags": ("bags", "accessories"),
    "clothing": ("accessories", "clothing"),
    "accessories": ("clothing", "accessories"),
    "garden": ("garden", "home"),
    "bath": ("bath", "bedding"),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """The catalogue as arrays, by the number of the product: price in fen, category, fame, three companions."""

    price: Ints
    category: Ints
    fame: Floats
    companions: Ints


@dataclass(frozen=True, slots=True)
class Baskets:
    """`viewed` and `viewed_in` are one entry per view: product and visit. `last` is the product each visit ended on;
    `carts` and `checks_out` say how far a visit went. `bought`, `bought_in`, `quantity`: one entry per line."""

    viewed: Ints
    viewed_in: Ints
    views: Ints
    last: Ints
    carts: NDArray[np.bool_]
    checks_out: NDArray[np.bool_]
    bought: Ints
    bought_in: Ints
    quantity: Ints


def stock_shelf(catalogue: Catalogue, rng: np.random.Generator) -> Shelf:
    """The products' fame and companions are drawn here, once for the shop."""
    codes = [category.code for category in catalogue.categories]
    category = np.array([codes.index(product.category) for product in catalogue.products], dtype=np.int64)
    companions = [
        rng.choice(np.flatnonzero(np.isin(category, [codes.index(code) for code in GOES_WITH[codes[own]]])), 3)
        for own in category
    ]
    return Shelf(
        price=np.array([product.price_minor for product in catalogue.products], dtype=np.int64),
        category=category,
        fame=np.exp(rng.normal(0, 0.9, len(category))),
        companions=np.array(companions, dtype=np.int64),
    )


def fill_baskets(visits: Visits, traits: Traits, shelf: Shelf, rng: np.random.Generator) -> Baskets:
    """What everybody saw, considered and bought."""
    liking = _liking(traits, shelf)
    views = np.minimum(rng.geometric(0.45, len(visits)), MOST_VIEWS)
    viewed_in = np.repeat(np.arange(len(visits)), views)
    viewed = _pick(liking, visits.customer[viewed_in], rng)
    last = viewed[np.cumsum(views) - 1]
    carts = visits.buys | (rng.random(len(visits)) < 0.12)
    bought, bought_in, quantity = _lines(visits, last, liking, shelf=shelf, rng=rng)
    return Baskets(
        viewed=viewed,
        viewed_in=viewed_in,
        views=views,
        last=last,
        carts=carts,
        checks_out=visits.buys | (carts & (rng.random(len(visits)) < 0.3)),
        bought=bought,
        bought_in=bought_in,
        quantity=quantity,
    )


def _liking(traits: Traits, shelf: Shelf) -> Floats:
    """Customer × product, running sums of the chance to look at it: the row ends in 1."""
    distance = np.log(shelf.price / 100)[None, :] - np.log(traits.budget)[:, None]
    weight = traits.tastes[:, shelf.category] * shelf.fame[None, :] * np.exp(-0.5 * distance**2)
    running = np.cumsum(weight + 1e-9, axis=1)
    return np.asarray(running / running[:, -1:])


def _pick(liking: Floats, customer: Ints, rng: np.random.Generator) -> Ints:
    drawn = rng.random(len(customer))
    picked = np.empty(len(customer), dtype=np.int64)
    for begin in range(0, len(customer), 20_000):
        part = slice(begin, begin + 20_000)
        picked[part] = (liking[customer[part]] < drawn[part, None]).sum(axis=1)
    return picked


def _lines(
    visits: Visits, last: Ints, liking: Floats, *, shelf: Shelf, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Each order's lines, a product once in each: the one looked at last, and what comes along."""
    orders = np.flatnonzero(visits.buys)
    extras = np.minimum(rng.poisson(0.6 + 0.35 * visits.sale[orders]), MOST_EXTRAS)
    along_in = np.repeat(orders, extras)
    companion = shelf.companions[last[along_in], rng.integers(0, 3, len(along_in))]
    other = _pick(liking, visits.customer[along_in], rng)
    along = np.where(rng.random(len(along_in)) < 0.55, companion, other)
    pairs = np.concatenate([np.stack([orders, last[orders]]), np.stack([along_in, along])], axis=1)
    bought_in, bought = np.unique(pairs, axis=1)
    cheap = shelf.price[bought] < 6000
    quantity = 1 + (rng.random(len(bought)) < np.where(cheap, 0.22, 0.04)) * rng.integers(1, 3, len(bought))
    return bought, bought_in, quantity.astype(np.int64)
