"""Trains a model, measures it on what it has not seen, and puts it where it serves from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession
from threadpoolctl import threadpool_limits

from models import shelf
from models.card import Card
from models.errors import UnusableFrameError
from rapport.learning.conversion import learn_conversion
from rapport.learning.errors import LearningError, NotEnoughDataError, UnknownModelError
from rapport.learning.lesson import Lesson, Progress
from rapport.learning.moments import Moments, moments_of
from rapport.learning.recommendation import learn_recommendation
from rapport.learning.segmentation import learn_segmentation
from rapport.learning.sentiment import learn_sentiment
from rapport.store.database import Database
from rapport.store.purchases import orders_between

Learn = Callable[[AsyncSession, Moments, Progress], Awaitable[Lesson]]
LESSONS: Mapping[str, Learn] = {
    "segmentation": learn_segmentation,
    "conversion": learn_conversion,
    "recommendation": learn_recommendation,
}
# What is learned from examples that come with Rapport, not from the shop.
LESSONS_WITHOUT_SHOP: Mapping[str, Callable[[Progress], Lesson]] = {"sentiment": learn_sentiment}


async def train(
    database: Database,
    name: str,
    *,
    models_dir: Path,
    key: str,
    now: datetime,
    progress: Progress = lambda _: None,
) -> Card:
    """Trains one model of LESSONS or LESSONS_WITHOUT_SHOP and publishes it, signed with `key`, below `models_dir`.

    The rows come from one snapshot; nothing is written to the database. Raises UnknownModelError,
    NotEnoughDataError: the model that served before goes on serving.
    """
    if name in LESSONS_WITHOUT_SHOP:
        with threadpool_limits(1):
            lesson = LESSONS_WITHOUT_SHOP[name](progress)
    elif name in LESSONS:
        lesson = await _learned_from_shop(database, name, now=now, progress=progress)
    else:
        known = ", ".join((*LESSONS, *LESSONS_WITHOUT_SHOP))
        raise UnknownModelError(f"no model is called {name!r}; there are {known}")
    saved, card = lesson.saved(trained_at=now)
    beside = {"card.json": card.as_json().encode(), "card.md": card.as_markdown().encode()}
    plots = {plot.file: plot.content for plot in lesson.plots}
    shelf.publish(models_dir, saved, key=key, beside={**beside, **plots})
    return card


async def _learned_from_shop(database: Database, name: str, *, now: datetime, progress: Progress) -> Lesson:
    async with database.reading() as session:
        progress("reading")
        between = await orders_between(session)
        if between is None:
            raise NotEnoughDataError("there is no order to learn from; `rapport import orders FILE` brings some")
        return await _learned(session, name, moments_of(*between, now=now), progress)


async def _learned(session: AsyncSession, name: str, moments: Moments, progress: Progress) -> Lesson:
    try:
        # In one thread sums are added in one order: the same rows give the same bytes. On a machine that also serves,
        # more threads would wait for each other.
        with threadpool_limits(1):
            return await LESSONS[name](session, moments, progress)
    except UnusableFrameError as error:
        raise NotEnoughDataError(str(error)) from error


__all__ = ["LESSONS", "LESSONS_WITHOUT_SHOP", "LearningError", "train"]
