"""Rules that take time: brings customers whose wait is over one step further, by the clock it is given."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.marketing.decide import Decision, Place, resume
from rapport.marketing.effects import awaits, carry_out, state_after
from rapport.marketing.mind import Mind
from rapport.marketing.occasion import Applied, Occasion
from rapport.marketing.rules import Rule
from rapport.store.journeys import Enrolment, due_enrolments, enrolments_awaiting, forget_awaited

TRY_AGAIN = timedelta(minutes=10)
log = logging.getLogger(__name__)


async def advance_due(session: AsyncSession, mind: Mind, *, now: datetime, limit: int = 100) -> int:
    """Takes up to `limit` enrolments that are due a step further; how many there were. Call again while it is not 0.

    Any number of workers may do so side by side. What fails is put off for ten minutes and told in the log.
    """
    enrolments = await due_enrolments(session, now=now, limit=limit)
    for enrolment in enrolments:
        try:
            async with session.begin_nested():
                await go_on(session, mind, enrolment, now=now)
        except SQLAlchemyError:
            raise
        except Exception:
            log.exception("enrolment %s could not go on", enrolment.id)
            enrolment.due_at = now + TRY_AGAIN
    await session.flush()
    return len(enrolments)


async def wake(session: AsyncSession, mind: Mind, customer_id: int, name: str, *, now: datetime) -> Applied:
    """Goes on with the rules in which this customer waits for an event of this name."""
    applied = Applied()
    for enrolment in await enrolments_awaiting(session, customer_id, name):
        applied += await go_on(session, mind, enrolment, now=now)
        forget_awaited(session, customer_id)
    return applied


async def go_on(session: AsyncSession, mind: Mind, enrolment: Enrolment, *, now: datetime) -> Applied:
    """One enrolment's next step, decided by the version of the rule it began with."""
    rule = await mind.pinned(session, enrolment.rule_version)
    if rule is None:
        _end(enrolment, "exited", "cancelled", now=now)
        return Applied()
    book = await mind.book(session, now=now)
    profile = await mind.profile(session, enrolment.customer_id, now=now, scores=True)
    place = Place(enrolment.step, min(enrolment.due_at, now), enrolment.began_at)
    decision = resume(rule, place, profile, now, salt=book.salt)
    occasion = Occasion(
        profile, enrolment.occurrence, now, book.policy, mind.new_code, context=_carried(enrolment.context)
    )
    applied = await carry_out(session, decision, occasion)
    _move(enrolment, rule, decision, applied, now=now)
    return applied


def _carried(context: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in context.items() if name != "awaits"}


def _move(enrolment: Enrolment, rule: Rule, decision: Decision, applied: Applied, *, now: datetime) -> None:
    state, reason = state_after(decision, applied)
    if decision.wait is None:
        enrolment.step = len(rule.program)
        _end(enrolment, state, reason, now=now)
        return
    enrolment.step, enrolment.due_at = decision.wait.step, decision.wait.due_at
    enrolment.context = {**_carried(enrolment.context), "awaits": awaits(decision)}


def _end(enrolment: Enrolment, state: str, reason: str, *, now: datetime) -> None:
    enrolment.state, enrolment.reason, enrolment.ended_at = state, reason, now
