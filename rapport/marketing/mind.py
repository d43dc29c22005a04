"""What deciding takes: the rules in force, the models, and what is known of the customer."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.marketing.errors import RuleError
from rapport.marketing.profile import Profile, Standing
from rapport.marketing.profiles import Home, build
from rapport.marketing.rulebook import RuleFolder
from rapport.marketing.rules import Rule, RuleBook, read_rules
from rapport.marketing.versions import keep_book
from rapport.store.journeys import RuleVersion

# No letter or digit that is taken for another when it is read aloud or typed.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LETTERS = 10


class Scores(Protocol):
    """What the models say; `rapport.marketing.scoring.Scorer` is one."""

    async def score(self, session: AsyncSession, customer_id: int, *, now: datetime) -> Standing:
        """Segment and scores of a customer."""
        ...


def coupon_code() -> str:
    """A code nobody can guess: 50 random bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))


class Mind:
    """Shared by the door for events and the clock for journeys. `home` is for who has shown no language."""

    def __init__(
        self,
        rules: RuleFolder,
        scorer: Scores,
        *,
        home: Home | None = None,
        new_code: Callable[[], str] = coupon_code,
    ) -> None:
        self.rules, self.scorer = rules, scorer
        self.home, self.new_code = home or Home(), new_code
        self._kept: RuleBook | None = None
        self._pinned: dict[str, Rule | None] = {}

    async def book(self, session: AsyncSession, *, now: datetime) -> RuleBook:
        """The rules in force; versions new to this process are kept in the database first."""
        book = self.rules.current()
        if book is not self._kept:
            await keep_book(session, book, now=now)
            self._kept = book
        return book

    async def pinned(self, session: AsyncSession, version: str) -> Rule | None:
        """The rule as it was in this version, in force or not; None where it is no longer understood."""
        if rule := self.rules.current().of_version(version):
            return rule
        if version not in self._pinned:
            self._pinned[version] = await _stored(session, version)
        return self._pinned[version]

    async def profile(self, session: AsyncSession, customer_id: int, *, now: datetime, scores: bool) -> Profile:
        """The customer's profile, hers alone until this transaction ends; with `scores` the models are asked."""
        standing = await self.scorer.score(session, customer_id, now=now) if scores else Standing()
        return await build(session, customer_id, now=now, standing=standing, home=self.home, alone=True)


async def _stored(session: AsyncSession, version: str) -> Rule | None:
    row = await session.get(RuleVersion, version)
    if row is None:
        return None
    try:
        return read_rules(row.source.encode(), row.file)[0]
    except RuleError:
        return None
