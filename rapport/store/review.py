"""Messages the assistant may have misunderstood, which nobody has judged yet, and what staff say they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Float, Select, String, and_, case, cast, exists, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from rapport.store.conversations import ChatMessage, Conversation, Handoff
from rapport.store.customers import Customer
from rapport.store.events import Event
from rapport.store.proposals import Proposal
from rapport.store.understood import UNDERSTOOD

Why = Literal["corrected", "unsure", "handed_over", "rated"]
UNHEARD = ("nlu_fallback", "out_of_scope")
UNSURE, DISCONTENT = 0.5, 2


@dataclass(frozen=True, slots=True)
class Doubt:
    """A customer's message to the assistant, what it was heard as, and why that is in doubt.

    `why`: the next message corrected it; the assistant was not sure; a person was asked for next; or it was the last
    one of a conversation rated with one or two stars.
    """

    id: int
    conversation_id: str
    seq: int
    language: str
    text: str
    heard: str
    confidence: float
    why: Why
    at: datetime
    customer: str
    told: dict[str, Any] = field(default_factory=dict)


async def doubts(
    session: AsyncSession, *, since: datetime, before: int | None = None, after: int = 0, limit: int = 50
) -> list[Doubt]:
    """The newest of them since a moment, that are not judged yet; `before` is the id of the last one seen,
    `after` that of the newest."""
    judged = exists().where(Proposal.conversation_id == ChatMessage.conversation_id, Proposal.seq == ChatMessage.seq)
    statement = _doubts().where(Event.at >= since, _why().is_not(None), not_(judged))
    if after:
        statement = statement.where(Event.id > after)
    if before is not None:
        statement = statement.where(Event.id < before)
    rows = await session.execute(statement.order_by(Event.id.desc()).limit(limit))
    return [_doubt(row) for row in rows]


async def message_understood(session: AsyncSession, event_id: int) -> Doubt | None:
    """Any message to the assistant by the id of its event, judged or not."""
    row = (await session.execute(_doubts().where(Event.id == event_id))).one_or_none()
    return None if row is None else _doubt(row)


async def proposal_of(session: AsyncSession, doubt: Doubt) -> Proposal | None:
    """What was said of this message before."""
    same = (Proposal.conversation_id == doubt.conversation_id) & (Proposal.seq == doubt.seq)
    return await session.scalar(select(Proposal).where(same))


async def proposals_in(session: AsyncSession, state: str) -> Sequence[Proposal]:
    """All of a state, the oldest first."""
    return (await session.scalars(select(Proposal).where(Proposal.state == state).order_by(Proposal.id))).all()


def _doubts() -> Select[Any]:
    said = ChatMessage
    # The actions record what they understood under the message's number; a pressed button is no utterance.
    key = said.conversation_id + ":" + cast(said.seq, String) + ":0"
    return (
        select(
            Event.id, said.conversation_id, said.seq, Conversation.language, said.text, Event.properties,
            func.coalesce(_why(), "unsure"), Event.at, func.coalesce(Customer.name, ""),
        )
        .join(said, and_(said.conversation_id == Event.conversation_id, Event.key == key))
        .join(Conversation, Conversation.id == said.conversation_id)
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
        .where(Event.name == UNDERSTOOD, said.author == "customer", said.payload.is_(None), said.text != "")
    )  # fmt: skip


def _doubt(row: Any) -> Doubt:
    number, conversation, seq, language, text, told, why, at, customer = row
    heard, confidence = str(told.get("intent", "")), float(told.get("confidence", 0.0))
    return Doubt(number, conversation, seq, language, text, heard, confidence, why, at, customer, told)


def _why() -> ColumnElement[Any]:
    """The strongest reason to doubt; NULL where there is none. A wish for a person is no misunderstanding."""
    intent = Event.properties["intent"].as_string()
    confidence = cast(Event.properties["confidence"].as_float(), Float)
    unsure = or_(intent.in_(UNHEARD), confidence < UNSURE)
    return case(
        (_corrected(), "corrected"),
        (unsure, "unsure"),
        (and_(intent != "handoff", _handed_over()), "handed_over"),
        (and_(intent != "handoff", Conversation.stars <= DISCONTENT, not_(_later())), "rated"),
    )


def _corrected() -> ColumnElement[bool]:
    following, between = aliased(Event), aliased(Event)
    next_one = (
        select(func.min(between.id))
        .where(between.conversation_id == Event.conversation_id, between.name == UNDERSTOOD, between.id > Event.id)
        .correlate(Event)
        .scalar_subquery()
    )
    corrects = following.properties["corrects"].as_boolean()
    return (
        exists()
        .where(following.conversation_id == Event.conversation_id, following.id == next_one, corrects)
        .correlate(Event)
    )


def _handed_over() -> ColumnElement[bool]:
    """True for the last thing said before a person was asked for, other than the asking."""
    between = aliased(Event)
    said_since = (
        exists()
        .where(
            between.conversation_id == Handoff.conversation_id,
            between.name == UNDERSTOOD,
            between.id > Event.id,
            between.at <= Handoff.requested_at,
            between.properties["intent"].as_string() != "handoff",
        )
        .correlate(Event, Handoff)
    )
    asked = and_(Handoff.conversation_id == Event.conversation_id, Handoff.requested_at >= Event.at)
    return exists().where(asked, Handoff.reason != "taken_over", not_(said_since)).correlate(Event)


def _later() -> ColumnElement[bool]:
    later = aliased(Event)
    return (
        exists()
        .where(later.conversation_id == Event.conversation_id, later.name == UNDERSTOOD, later.id > Event.id)
        .correlate(Event)
    )
