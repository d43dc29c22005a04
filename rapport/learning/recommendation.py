"""Teaches the recommender: baskets of the past, tried on what customers bought next for the first time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.ext.asyncio import AsyncSession

from models.metrics import ranking_metrics
from models.recommendation import Recommender
from rapport.learning import plots
from rapport.learning.errors import NotEnoughDataError
from rapport.learning.lesson import Lesson, Progress
from rapport.learning.moments import Moments
from rapport.store.purchases import purchases_before

MEASURED_CUSTOMERS = 2_000
METHOD = (
    "Item-item: the cosine similarity of who bought both products, shrunk where few did, the 50 best neighbours kept,"
    " damped where a product's buyers are of long ago, with popularity as the prior. A customer"
    " is shown what is most alike to what she bought, looked at or asks about; somebody unknown what is"
    " popular in the category (buyers, halved every 60 days). Measured on customers with purchases before the"
    " held-out month who bought something in it that was new to them: the full ranking of all products, own purchases"
    " masked."
)
LIMITS = (
    "It knows products that somebody has bought; a product just listed shows up through its category only.",
    "What goes together is not what would not have been bought anyway: it is no measure of extra sales.",
    "Measured without what customers looked at or asked for, which only help where they are known.",
)


async def learn_recommendation(session: AsyncSession, moments: Moments, progress: Progress) -> Lesson:
    """Raises NotEnoughDataError where nobody bought anything new in the held-out month."""
    progress("purchases")
    purchases = await purchases_before(session, moments.reference)
    known = await purchases_before(session, moments.held_out)
    progress("measuring on the held-out month")
    metrics, customers = _measured(known, purchases)
    progress("learning from all purchases")
    model = Recommender().fit(purchases)
    return Lesson(
        model=model,
        moments=moments,
        summary="Products a customer is likely to want next, and the ones that speak for each.",
        method=METHOD,
        rows={
            "purchases": len(purchases),
            "customers": purchases["customer_id"].nunique(),
            "products": len(model.products_),
            "measured customers": customers,
        },
        features=("customer_id", "product_id", "age_days"),
        metrics=metrics,
        limits=LIMITS,
        plots=(plots.hit_rates({name: figures["hr10"] for name, figures in metrics.items()}),),
    )


def _measured(known: pd.DataFrame, later: pd.DataFrame) -> tuple[dict[str, dict[str, float]], int]:
    """Each contender's ranking of what was bought for the first time after `known`."""
    if known.empty:
        raise NotEnoughDataError("nobody bought anything before the held-out month")
    model = Recommender().fit(known)
    wanted = _first_purchases(known, later, model)
    if wanted.empty:
        raise NotEnoughDataError("no known customer bought anything new to her in the held-out month")
    customers = np.sort(wanted["customer_id"].unique())
    if len(customers) > MEASURED_CUSTOMERS:
        customers = np.sort(np.random.default_rng(0).choice(customers, MEASURED_CUSTOMERS, replace=False))
        wanted = wanted[wanted["customer_id"].isin(customers)]
    ranks = _Ranks(model, known, wanted)
    rng = np.random.default_rng(0)
    contenders = {
        "recommendation": ranks.of(lambda bought: model.predict({"product_id": bought})),
        "popularity": ranks.of(lambda _: model.popularity_),
        "random": ranks.of(lambda _: rng.random(len(model.products_))),
    }
    whose = ranks.whose
    return {name: ranking_metrics(each, whose) for name, each in contenders.items()}, len(customers)


def _first_purchases(known: pd.DataFrame, later: pd.DataFrame, model: Recommender) -> pd.DataFrame:
    """(customer, product) pairs bought only after `known`, of customers and products known by then."""
    pairs = later[["customer_id", "product_id"]].merge(
        known[["customer_id", "product_id"]], how="left", indicator=True, on=["customer_id", "product_id"]
    )
    pairs = pairs[pairs["_merge"] == "left_only"]
    return pairs[pairs["customer_id"].isin(known["customer_id"]) & pairs["product_id"].isin(model.products_)]


class _Ranks:
    """Ranks, by any scoring, of the products each customer wanted, among those she had not bought."""

    def __init__(self, model: Recommender, known: pd.DataFrame, wanted: pd.DataFrame) -> None:
        self._products = model.products_
        bought = known[known["customer_id"].isin(wanted["customer_id"])]
        self._bought = {who: group.to_numpy() for who, group in bought.groupby("customer_id")["product_id"]}
        self._wanted = {who: group.to_numpy() for who, group in wanted.groupby("customer_id")["product_id"]}
        self.whose = np.concatenate([np.full(len(products), who) for who, products in self._wanted.items()])
        # Equal scores are ranked by popularity: an order by catalogue number would favour the oldest products.
        self._tie = np.argsort(np.argsort(-model.popularity_, kind="stable"), kind="stable")

    def of(self, scores_for: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        return np.concatenate([self._of_one(scores_for, who) for who in self._wanted])

    def _of_one(self, scores_for: Callable[[np.ndarray], np.ndarray], who: Any) -> np.ndarray:
        scores = scores_for(self._bought[who]).astype(float)
        scores[np.searchsorted(self._products, self._bought[who])] = -np.inf
        order = np.lexsort((self._tie, -scores))
        rank = np.empty(len(order), dtype=int)
        rank[order] = np.arange(len(order))
        return rank[np.searchsorted(self._products, self._wanted[who])]
