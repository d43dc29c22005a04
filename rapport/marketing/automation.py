"""The one door of the mind: an event comes in, and what the rules make of it is written down with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.marketing.decide import decide
from rapport.marketing.effects import apply
from rapport.marketing.journeys import wake
from rapport.marketing.mind import Mind
from rapport.marketing.occasion import Applied, Occasion, context_of
from rapport.marketing.profile import NewEvent, PastEvent, Profile, ScoreNow
from rapport.store.events import add_event

__all__ = ["Applied", "Automation", "NewEvent"]


class Automation(Mind):
    """Made from a `RuleFolder` and a `Scorer`, once per process."""

    async def on_event(self, session: AsyncSession, event: NewEvent, *, now: datetime) -> Applied:
        """Records the event and does what follows, in the caller's transaction; an event told twice does nothing."""
        recorded = await add_event(
            session,
            event.name,
            customer_id=event.customer_id,
            at=event.at,
            properties=event.properties,
            conversation_id=event.conversation_id,
            key=event.key,
            received_at=now,
        )
        if recorded is None:
            return Applied()
        woken = Applied()
        if event.customer_id is not None:
            woken = await wake(session, self, event.customer_id, event.name, now=now)
        return woken + await self._decide(session, event, str(recorded), now=now)

    async def _decide(self, session: AsyncSession, event: NewEvent, occurrence: str, *, now: datetime) -> Applied:
        book = await self.book(session, now=now)
        rules = book.triggered_by(event)
        if not rules:
            return Applied()
        profile = await self._profile(
            session, event, now=now, scores=any(rule.trigger.after is None for rule in rules)
        )
        profile = _with_sentiment(profile, event)
        decisions = decide(profile, event, book, now)
        occasion = Occasion(
            profile,
            occurrence,
            now,
            book.policy,
            self.new_code,
            context=context_of(event),
            conversation_id=event.conversation_id,
        )
        return await apply(session, decisions, occasion)

    async def _profile(self, session: AsyncSession, event: NewEvent, *, now: datetime, scores: bool) -> Profile:
        if event.customer_id is not None:
            return await self.profile(session, event.customer_id, now=now, scores=scores)
        # Of somebody unknown nothing is known but this.
        happened = {event.name: PastEvent(event.name, event.at)}
        return Profile(None, language=self.home.language, time_zone=self.home.time_zone, events=happened)


def _with_sentiment(profile: Profile, event: NewEvent) -> Profile:
    """A message's own sentiment is a score like any other, but of this moment: a rule that waits does not find it."""
    if event.sentiment is None:
        return profile
    return replace(profile, scores={**profile.scores, "sentiment": ScoreNow(event.sentiment)})
