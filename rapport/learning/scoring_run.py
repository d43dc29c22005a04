"""Scores and segments of everybody, in chunks, each committed whole: a run that was cut short is simply run again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from models.conversion import Conversion
from rapport.learning.lesson import Progress
from rapport.marketing.scoring import REASONS, Scorer
from rapport.marketing.serving import Serving
from rapport.store.database import Database
from rapport.store.features import customer_features, known_customers
from rapport.store.scores import move_to_segments, save_scores

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class ScoringRun:
    """What a run did: customers scored and segmented, and how many changed their segment."""

    customers: int
    moved: int
    segments: Mapping[str, int]


async def score_all(
    database: Database, scorer: Scorer, *, now: datetime, progress: Progress = lambda _: None, chunk: int = CHUNK
) -> ScoringRun:
    """Writes the scores and segments of everybody known before `now`, by the models that serve.

    `chunk` customers are one transaction, which bounds memory.
    """
    async with database.reading() as session:
        ids = await known_customers(session, as_of=now)
    moved, segments = 0, Counter[str]()
    for start in range(0, len(ids), chunk):
        async with database.session() as session:
            frame = await customer_features(session, as_of=now, customer_ids=ids[start : start + chunk])
            await _save_scores(session, scorer, frame, now=now)
            placed, changed = await _place(session, scorer, frame, now=now)
        moved += changed
        segments.update(placed)
        progress(f"{min(start + chunk, len(ids)):,} of {len(ids):,} customers")
    return ScoringRun(len(ids), moved, dict(segments))


async def _save_scores(session: AsyncSession, scorer: Scorer, frame: pd.DataFrame, *, now: datetime) -> None:
    serving = scorer.conversion.get()
    if serving:
        await save_scores(session, score_rows(serving, frame, now=now))


async def _place(
    session: AsyncSession, scorer: Scorer, frame: pd.DataFrame, *, now: datetime
) -> tuple[list[str], int]:
    """The segment of each customer, and how many have changed theirs."""
    serving = scorer.segmentation.get()
    if serving is None:
        return [], 0
    segments = serving.model.predict(frame).tolist()
    placed = dict(zip(frame.index.tolist(), segments, strict=True))
    return segments, await move_to_segments(session, placed, model_version=serving.version, at=now)


def score_rows(serving: Serving[Conversion], frame: pd.DataFrame, *, now: datetime) -> list[dict[str, Any]]:
    """A row of `scores` per customer of the frame, with the strongest reasons."""
    model = serving.model
    effects = model.effects(frame)
    strongest = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, :REASONS]
    values = frame[list(model.features)].to_numpy()
    rows = zip(frame.index.tolist(), model.predict(frame).tolist(), strict=True)
    return [
        {
            "customer_id": customer,
            "name": model.name,
            "value": value,
            "reasons": _reasons(model.features, strongest[row], values[row], effects[row]),
            "model_version": serving.version,
            "at": now,
        }
        for row, (customer, value) in enumerate(rows)
    ]


def _reasons(names: Sequence[str], strongest: Any, values: Any, effects: Any) -> list[dict[str, Any]]:
    return [
        {"feature": names[index], "value": float(values[index]), "effect": float(effects[index])}
        for index in strongest
    ]
