"""What the models and the rules say of a customer, for who answers her: loaded when the first one is looked at."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.marketing.explain import Finding, explain
from rapport.marketing.mind import Mind
from rapport.marketing.profile import Profile, Reason, ScoreNow, Standing
from rapport.marketing.profiles import Home, build
from rapport.marketing.rulebook import RuleFolder
from rapport.marketing.scoring import Recommendation, Scorer
from rapport.settings import Settings
from rapport.store.messages import Message
from rapport.store.products import Product, products_by_id
from rapport.store.scores import scores_of, segment_of


@dataclass(frozen=True, slots=True)
class Suggested:
    """A product for a customer, with those of hers that speak for it."""

    product: Product
    score: float
    because: tuple[Product, ...]


class Insight:
    """The models below `VAR_DIR/models` and the rules of `RULES_DIR`, read once for the process."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._lock = settings, asyncio.Lock()
        self._home = Home(settings.default_language, settings.default_time_zone)
        self._mind: Mind | None = None
        self._scorer: Scorer | None = None

    async def profile(self, session: AsyncSession, customer_id: int, *, now: datetime) -> Profile:
        """The customer now; where no model serves, with what was said of her when everybody was scored."""
        scorer = await self._loaded()
        standing = await scorer.score(session, customer_id, now=now)
        standing = Standing(
            standing.segment or await segment_of(session, customer_id),
            standing.scores or await _kept_scores(session, customer_id),
        )
        return await build(session, customer_id, now=now, standing=standing, home=self._home)

    async def recommend(
        self, session: AsyncSession, customer_id: int | None, *, count: int, now: datetime
    ) -> list[Suggested]:
        """Products she may like, best first."""
        found = await (await self._loaded()).recommend(session, customer_id, count=count, now=now)
        wanted = {one.product_id for one in found} | {other for one in found for other in one.because}
        products = await products_by_id(session, wanted)
        return [_suggested(one, products) for one in found if one.product_id in products]

    async def why(self, session: AsyncSession, message: Message, *, now: datetime) -> tuple[Finding, ...] | None:
        """What stands between the message's rule and its effects, as things are now; None where the rule is gone."""
        await self._loaded()
        assert self._mind is not None  # noqa: S101  made together with the scorer
        rule = await self._mind.pinned(session, message.rule_version)
        if rule is None:
            return None
        profile = await self.profile(session, message.customer_id, now=now)
        return explain(profile, rule, self._mind.rules.current(), now)

    async def _loaded(self) -> Scorer:
        async with self._lock:
            if self._scorer is None:
                settings = self._settings
                models = settings.var_dir / "models"
                self._scorer = await asyncio.to_thread(Scorer.load, models, key=settings.key())
                self._mind = Mind(RuleFolder(settings.rules_dir), self._scorer, home=self._home)
        return self._scorer


async def _kept_scores(session: AsyncSession, customer_id: int) -> dict[str, ScoreNow]:
    kept = await scores_of(session, customer_id)
    return {
        one.name: ScoreNow(one.value, tuple(Reason(**reason) for reason in one.reasons), one.model_version)
        for one in kept
    }


def _suggested(one: Recommendation, products: dict[int, Product]) -> Suggested:
    because = tuple(products[other] for other in one.because if other in products)
    return Suggested(products[one.product_id], one.score, because)
