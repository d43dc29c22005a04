"""Figures of the chat, counted within the database: of conversations by when they were opened, of hand-offs by when
they were requested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    CTE,
    ColumnElement,
    String,
    and_,
    case,
    column,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    values,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from rapport.store.base import UtcDateTime
from rapport.store.conversations import ChatMessage, Conversation, Handoff
from rapport.store.events import Event
from rapport.store.spans import quantiles, seconds_between
from rapport.store.understood import UNDERSTOOD

# Heard, and no answer to anything.
NO_ANSWER = ("nlu_fallback", "out_of_scope", "greet", "goodbye", "thank", "affirm", "deny", "praise", "handoff")
CONTENT, DISCONTENT = 4, 2


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment to another, which is not part of it, under a name."""

    name: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Conversations:
    """How many began with a customer's word; in how many the assistant was involved, gave an answer, was never
    followed by a person, resolved the matter; how many were rated, the sum of stars, and how many with 4 or 5."""

    all: int = 0
    involved: int = 0
    answered: int = 0
    deflected: int = 0
    resolved: int = 0
    rated: int = 0
    stars: int = 0
    content: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """So many spans, their median and nine-tenths in seconds; None of none."""

    count: int = 0
    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class Handoffs:
    """How many were requested, accepted by an agent, ended resolved, and left by the customer or with nobody there.

    The stars are those of conversations in which nobody took over after this."""

    all: int = 0
    accepted: int = 0
    resolved: int = 0
    missed: int = 0
    rated: int = 0
    stars: int = 0
    content: int = 0


By = Literal["period", "agent"]


async def conversation_figures(
    session: AsyncSession, periods: Sequence[Period], *, silent_before: datetime
) -> dict[str, Conversations]:
    """By the period's name; a conversation is over when it was closed, or silent since `silent_before`."""
    one = _conversations(_periods(periods), silent_before)
    sums = [func.sum(one.c[name]) for name in Conversations.__dataclass_fields__]
    rows = await session.execute(select(one.c.name, *sums).group_by(one.c.name))
    return {name: Conversations(*(int(value or 0) for value in counted)) for name, *counted in rows}


async def handoff_figures(session: AsyncSession, periods: Sequence[Period], *, by: By) -> dict[str, Handoffs]:
    """By the period's name, or by the agent's (of all periods together; those nobody took are under no name)."""
    span, named = _periods(periods), Handoff.agent if by == "agent" else None
    group: Any = span.c.name if named is None else named
    later = aliased(Handoff)
    last = ~exists().where(
        later.conversation_id == Handoff.conversation_id, later.id > Handoff.id, later.accepted_at.is_not(None)
    )
    rated = and_(last, Conversation.stars.is_not(None), Handoff.accepted_at.is_not(None))
    counted = (
        func.count(),
        func.count(Handoff.accepted_at),
        _times(Handoff.outcome == "resolved"),
        _times(Handoff.outcome.in_(("left", "nobody"))),
        _times(rated),
        func.sum(case((rated, Conversation.stars), else_=0)),
        _times(and_(rated, Conversation.stars >= CONTENT)),
    )
    statement = (
        select(group, *counted)
        .select_from(Handoff)
        .join(span, _within(Handoff.requested_at, span))
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .group_by(group)
    )
    rows = await session.execute(statement)
    return {name: Handoffs(*(int(value or 0) for value in told)) for name, *told in rows if name is not None}


async def spreads(
    session: AsyncSession, periods: Sequence[Period], span: ColumnElement[float], *, by: By
) -> dict[str, Spread]:
    """Of one of the spans below, by the period's name or by the agent's."""
    within = _periods(periods)
    group: Any = within.c.name if by == "period" else Handoff.agent
    rows = Handoff.__table__.join(within, _within(Handoff.requested_at, within))
    found = await session.execute(quantiles(rows, span, group))
    return {name: Spread(*told) for name, *told in found if name is not None}


# From asking for a person to having one; to her first words; from her taking it to its end, without snoozed time.
WAITING = seconds_between(Handoff.requested_at, Handoff.accepted_at)
FIRST_RESPONSE = seconds_between(Handoff.requested_at, Handoff.answered_at)
HANDLING = seconds_between(Handoff.accepted_at, Handoff.ended_at) - Handoff.snoozed_seconds


def _conversations(span: CTE, silent_before: datetime) -> Any:
    """One row for each conversation in which the customer said something, 1 where it counts for a figure."""
    one, said = Conversation, ChatMessage
    spoke = exists().where(said.conversation_id == one.id, said.author == "customer")
    involved = exists().where(said.conversation_id == one.id, said.author == "assistant")
    person = exists().where(Handoff.conversation_id == one.id)
    lately = exists().where(said.conversation_id == one.id, said.at >= silent_before)
    answered = and_(involved, _understood(one, _is_answer()))
    lost = _last_understood_was_lost(one)
    content = or_(one.stars.is_(None), one.stars > DISCONTENT)
    over = or_(one.closed_at.is_not(None), not_(lately))
    resolved = and_(answered, not_(person), not_(lost), content, over)
    shares = (involved, answered, and_(involved, not_(person)), resolved, one.stars.is_not(None))
    names = ("involved", "answered", "deflected", "resolved", "rated")
    return (
        select(
            span.c.name,
            literal(1).label("all"),
            *(case((share, 1), else_=0).label(name) for share, name in zip(shares, names, strict=True)),
            func.coalesce(one.stars, 0).label("stars"),
            case((one.stars >= CONTENT, 1), else_=0).label("content"),
        )
        .select_from(one)
        .join(span, _within(one.opened_at, span))
        .where(spoke)
        .subquery()
    )


def _understood(conversation: Any, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Event.conversation_id == conversation.id, Event.name == UNDERSTOOD, condition)


def _is_answer(event: Any = Event) -> ColumnElement[bool]:
    """Heard as something to be answered; or answered from the policies, whatever it was heard as."""
    topic = event.properties["topic"].as_string().is_not(None)
    return or_(event.properties["intent"].as_string().not_in(NO_ANSWER), topic)


def _last_understood_was_lost(conversation: Any) -> ColumnElement[bool]:
    last, later = aliased(Event), aliased(Event)
    newer = exists().where(
        later.conversation_id == last.conversation_id, later.name == UNDERSTOOD, later.id > last.id
    )
    unheard = last.properties["intent"].as_string().in_(("nlu_fallback", "out_of_scope"))
    return exists().where(
        last.conversation_id == conversation.id, last.name == UNDERSTOOD, unheard, not_(_is_answer(last)), ~newer
    )


def _periods(periods: Sequence[Period]) -> CTE:
    """As a table: days of a time zone are of 23, 24 or 25 hours, which no database need know."""
    columns = (column("name", String), column("begins", UtcDateTime), column("ends", UtcDateTime))
    rows = [(period.name, period.begins, period.ends) for period in periods]
    return values(*columns, name="periods").data(rows).cte("periods")


def _within(moment: Any, span: CTE) -> ColumnElement[bool]:
    return and_(moment >= span.c.begins, moment < span.c.ends)


def _times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
