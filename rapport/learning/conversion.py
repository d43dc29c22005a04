"""Teaches the conversion model: who ordered within a month, told from what was known before it."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sqlalchemy.ext.asyncio import AsyncSession

from models.conversion import FEATURES, LABEL, Conversion
from models.errors import UnusableFrameError
from models.interface import log_matrix
from models.metrics import probability_metrics
from rapport.learning import plots
from rapport.learning.lesson import Lesson, Progress
from rapport.learning.moments import HORIZON, Moments
from rapport.store.features import customer_features
from rapport.store.purchases import customers_who_ordered

METHOD = (
    f"Logistic regression on standardised log(1 + x) features, calibrated by Platt's sigmoid over shuffled folds that"
    f" keep a customer's rows together. A row is a customer at a cut-off; the features know only what happened before"
    f" it, the label is an order in the {HORIZON.days} days after it. The measured model learned from the"
    " cut-offs whose outcomes end where the held-out month begins; the one that serves learned from that"
    " month as well."
)
LIMITS = (
    "It tells who buys, not whom a message would make buy: it is no measure of a campaign's effect.",
    "It knows the seasons it has seen: after a sale or a holiday the probabilities run high for some weeks.",
    "A reason is the feature's part of the log-odds against the average customer, not a cause.",
)


async def learn_conversion(session: AsyncSession, moments: Moments, progress: Progress) -> Lesson:
    """Raises UnusableFrameError where too few customers did or did not order."""
    frames = []
    for number, cutoff in enumerate(moments.all, start=1):
        progress(f"features at {cutoff:%Y-%m-%d} ({number} of {len(moments.all)})")
        frames.append(await _labelled(session, cutoff))
    progress("measuring on the held-out month")
    held_out, earlier = frames[0], pd.concat(frames[1:])
    measured = Conversion().fit(earlier)
    happened = held_out[LABEL].to_numpy(int)
    if not 0 < happened.sum() < len(happened):
        raise UnusableFrameError("in the held-out month everybody ordered, or nobody did: nothing can be measured")
    probability = measured.predict(held_out)
    progress("learning from all cut-offs")
    model = Conversion().fit(pd.concat(frames))
    return Lesson(
        model=model,
        moments=moments,
        summary=f"The probability that a customer orders within {HORIZON.days} days.",
        method=METHOD,
        rows={"learned from": sum(map(len, frames)), "measured on": len(held_out), "cut-offs": len(frames)},
        features=FEATURES,
        metrics={
            "conversion": probability_metrics(happened, probability),
            "recency only": probability_metrics(happened, _recency_only(earlier, held_out)),
            "base rate": probability_metrics(happened, np.full(len(happened), earlier[LABEL].mean())),
        },
        limits=LIMITS,
        details={
            "What one standard deviation more does to the log-odds": _strengths(model, pd.concat(frames)),
            "How often it happened": {"held out": happened.mean(), "learned from": earlier[LABEL].mean()},
        },
        plots=(plots.calibration_curve(happened, probability),),
    )


async def _labelled(session: AsyncSession, cutoff: datetime) -> pd.DataFrame:
    frame = await customer_features(session, as_of=cutoff)
    ordered = await customers_who_ordered(session, cutoff, cutoff + HORIZON)
    return frame.assign(**{LABEL: frame.index.isin(list(ordered)).astype(float)})


def _recency_only(earlier: pd.DataFrame, held_out: pd.DataFrame) -> np.ndarray:
    """The simplest alternative worth its name: the days since the last order, in a logistic regression."""
    scaler = StandardScaler().fit(log_matrix(earlier, ("recency_days",)))
    logistic = LogisticRegression().fit(scaler.transform(log_matrix(earlier, ("recency_days",))), earlier[LABEL])
    return np.asarray(logistic.predict_proba(scaler.transform(log_matrix(held_out, ("recency_days",))))[:, 1])


def _strengths(model: Conversion, frame: pd.DataFrame) -> dict[str, float]:
    spread = log_matrix(frame, model.features).std(axis=0) * model.slopes_
    order = np.argsort(-np.abs(spread), kind="stable")
    return {model.features[index]: float(spread[index]) for index in order}
