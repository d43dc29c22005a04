"""What the models say of one customer, now, within a chat's patience."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy.ext.asyncio import AsyncSession

from models.conversion import Conversion
from models.recommendation import Recommender
from models.segmentation import Segmentation
from rapport.marketing.profile import Reason, ScoreNow, Standing
from rapport.marketing.serving import Serving, Slot
from rapport.marketing.suggestions import Recommendation, interests_of, suggest
from rapport.store.features import Features, features_of

REASONS = 5
__all__ = ["Recommendation", "Scorer", "score_with_reasons"]


class Scorer:
    """Asks the models that serve. A model that was never trained is absent: it says nothing, and nothing fails."""

    def __init__(
        self, segmentation: Slot[Segmentation], conversion: Slot[Conversion], recommendation: Slot[Recommender]
    ) -> None:
        self.segmentation = segmentation
        self.conversion = conversion
        self.recommendation = recommendation

    @classmethod
    def load(cls, models_dir: Path, *, key: str) -> Self:
        """The models below `models_dir` that were signed with `key`; newer ones are taken up as they appear."""
        scorer = cls(
            Slot(models_dir, Segmentation, key=key),
            Slot(models_dir, Conversion, key=key),
            Slot(models_dir, Recommender, key=key),
        )
        # The first customer of the day should not wait for files.
        for slot in (scorer.segmentation, scorer.conversion, scorer.recommendation):
            slot.get()
        return scorer

    async def score(self, session: AsyncSession, customer_id: int, *, now: datetime) -> Standing:
        """Segment and scores from everything known before `now`."""
        known = await features_of(session, as_of=now, customer_ids=[customer_id])
        features = known.get(customer_id)
        if features is None:
            return Standing(segment=None, scores={})
        segmentation, conversion = self.segmentation.get(), self.conversion.get()
        segment = str(segmentation.model.predict(features)[0]) if segmentation else None
        scores = {Conversion.name: score_with_reasons(conversion, features)} if conversion else {}
        return Standing(segment=segment, scores=scores)

    async def recommend(
        self,
        session: AsyncSession,
        customer_id: int | None,
        *,
        count: int,
        now: datetime,
        category: str | None = None,
        like: Sequence[int] = (),
    ) -> list[Recommendation]:
        """Up to `count` active products in stock, best first: none bought in the last 90 days, none of `like`.

        Of somebody unknown, and where the customer's taste says too little, what is popular in the category; without
        one, the most popular of each category in turn.
        """
        serving = self.recommendation.get()
        interests = await interests_of(session, customer_id, now=now, like=like)
        model = serving.model if serving else None
        return await suggest(session, model, interests, count=count, category=category, excluded=like)


def score_with_reasons(serving: Serving[Conversion], features: Features) -> ScoreNow:
    """The probability of one customer, with the features that moved it most."""
    model = serving.model
    effects = model.effects(features)[0].tolist()
    reasons = [
        Reason(name, float(features[name]), effect) for name, effect in zip(model.features, effects, strict=True)
    ]
    reasons.sort(key=lambda reason: -abs(reason.effect))
    return ScoreNow(float(model.predict(features)[0]), tuple(reasons[:REASONS]), serving.version)
