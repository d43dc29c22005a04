"""Teaches the segments: clusters of buyers, tried on how the same customers look and act a month later."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import silhouette_score
from sqlalchemy.ext.asyncio import AsyncSession

from models.interface import Floats, log_matrix
from models.metrics import variance_explained
from models.naming import SEGMENTS
from models.segmentation import RFM, RULED, Segmentation
from rapport.learning import plots
from rapport.learning.lesson import Lesson, Progress
from rapport.learning.moments import Moments
from rapport.store.features import customer_features
from rapport.store.purchases import customers_who_ordered

SILHOUETTE_ROWS = 3_000
METHOD = (
    "K-Means with six clusters on the standardised log(1 + x) of recency, orders and revenue of customers whose first"
    " order is more than a month old; each cluster has the default name whose typical customer its centre is nearest"
    " to, every name once. `new` (first order within 30 days) and `never_bought` are told by rule. The number of"
    " clusters is fixed, because marketers' rules name the segments: a name must not vanish between two trainings."
)
LIMITS = (
    "Segments describe the past; they are not groups that react alike to a message.",
    "Six clusters fit a little worse than the best number would (see the table): the price of names that stay.",
    "Customers near a border change segments easily; that alone is no reason to write to them.",
)


async def learn_segmentation(session: AsyncSession, moments: Moments, progress: Progress) -> Lesson:
    """Raises UnusableFrameError where there are too few different buyers."""
    progress("features")
    before = await customer_features(session, as_of=moments.held_out)
    today = await customer_features(session, as_of=moments.reference)
    ordered = await customers_who_ordered(session, moments.held_out, moments.reference)
    progress("measuring on the held-out month")
    measured = Segmentation().fit(before)
    metrics = _metrics(measured, before, today, ordered)
    progress("learning from today")
    model = Segmentation().fit(today)
    segments = model.predict(today)
    sizes = {name: int((segments == name).sum()) for name in SEGMENTS}
    return Lesson(
        model=model,
        moments=moments,
        summary="Groups of customers by how recently, how often and for how much they bought, under names to act on.",
        method=METHOD,
        rows={"customers": len(today), "learned from": int(model.is_learned(today).sum())},
        features=(*RFM, RULED[1]),
        metrics=metrics,
        limits=LIMITS,
        details={"Customers": sizes, "Silhouette by number of clusters": _by_clusters(today)},
        plots=(plots.segment_sizes(sizes), plots.centroid_heatmap(_typical(today, segments))),
    )


def _metrics(
    measured: Segmentation, before: pd.DataFrame, today: pd.DataFrame, ordered: set[int]
) -> dict[str, dict[str, float]]:
    """silhouette: on customers as they are a month after the model learned, who fall to the clusters.
    next_orders: the share (η²) of the variance of ordering in that month which the segments explain."""
    later = today[measured.is_learned(today)]
    past = before[measured.is_learned(before)]
    features = _standardised(later, past)
    bought = past.index.isin(list(ordered)).astype(float)
    rng = np.random.default_rng(0)
    contenders = {
        "segmentation": (measured.predict(later), measured.predict(past)),
        "quantile RFM": (_quantiles(later, past), _quantiles(past, past)),
        "random": (rng.integers(0, 6, len(later)).astype(str), rng.integers(0, 6, len(past)).astype(str)),
    }
    return {
        name: {"silhouette": _silhouette(features, of_later), "next_orders": variance_explained(of_past, bought)}
        for name, (of_later, of_past) in contenders.items()
    }


def _standardised(frame: pd.DataFrame, reference: pd.DataFrame) -> Floats:
    known = log_matrix(reference, RFM)
    spread = known.std(axis=0)
    return np.asarray((log_matrix(frame, RFM) - known.mean(axis=0)) / np.where(spread > 0, spread, 1))


def _quantiles(frame: pd.DataFrame, reference: pd.DataFrame) -> np.ndarray:
    """The hand-made alternative: a third each by recency, frequency and money, six groups by their sum."""
    total = np.zeros(len(frame))
    for name, sign in zip(RFM, (-1, 1, 1), strict=True):
        borders = np.quantile(sign * reference[name], (1 / 3, 2 / 3))
        total += np.searchsorted(borders, sign * frame[name], side="right")
    return np.minimum(total, 5).astype(int).astype(str)


def _silhouette(features: Floats, groups: np.ndarray) -> float:
    """On at most SILHOUETTE_ROWS rows, drawn the same way each time: its cost grows with the square."""
    rows = np.random.default_rng(0).permutation(len(features))[:SILHOUETTE_ROWS]
    if not 1 < len(np.unique(groups[rows])) < len(rows):
        return 0.0
    return float(silhouette_score(features[rows], groups[rows]))


def _by_clusters(frame: pd.DataFrame) -> dict[str, float]:
    from sklearn.cluster import KMeans

    learned = frame[Segmentation().is_learned(frame)]
    features = _standardised(learned, learned)
    distinct = len(np.unique(features, axis=0))
    return {
        str(count): _silhouette(features, KMeans(count, n_init=3, random_state=0).fit_predict(features))
        for count in range(2, 9)
        if count <= distinct
    }


def _typical(frame: pd.DataFrame, segments: np.ndarray) -> pd.DataFrame:
    """Segments × (recency, orders, revenue): the median customer of each, in the order of SEGMENTS."""
    medians = frame[list(RFM)].groupby(segments).median()
    return medians.reindex([name for name in SEGMENTS if name in medians.index and name != "never_bought"])
