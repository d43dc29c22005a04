"""A conversation as staff read it: a page of its messages, what came between, and what the assistant understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from rapport.store.agents import Agent
from rapport.store.conversations import MESSAGES, ChatMessage, Handoff, Utterance
from rapport.store.understood import understood

PAGE = 50
HANDOFFS = 20


@dataclass(frozen=True, slots=True)
class Understood:
    """What the assistant took a customer's message for. `entities` are {entity, value, role?}."""

    intent: str
    confidence: float | None
    entities: tuple[dict[str, Any], ...]
    sentiment: float | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A hand-off, and after which message each of its moments came."""

    handoff: Handoff
    requested_after: int
    accepted_after: int
    ended_after: int


async def page_before(session: AsyncSession, conversation_id: str, seq: int, *, limit: int = PAGE) -> list[Utterance]:
    """The `limit` messages before this one, oldest first."""
    statement = select(*(MESSAGES.c[field.name] for field in fields(Utterance)))
    statement = statement.where(MESSAGES.c.conversation_id == conversation_id, MESSAGES.c.seq < seq)
    rows = await session.execute(statement.order_by(MESSAGES.c.seq.desc()).limit(limit))
    return [Utterance(*row) for row in rows][::-1]


async def placed_handoffs(session: AsyncSession, conversation_id: str) -> list[Placed]:
    """The conversation's last hand-offs, oldest first."""
    moments = (Handoff.requested_at, Handoff.accepted_at, Handoff.ended_at)
    places = [_last_before(moment) for moment in moments]
    statement = select(Handoff, *places).where(Handoff.conversation_id == conversation_id)
    rows = await session.execute(statement.order_by(Handoff.id.desc()).limit(HANDOFFS))
    return [Placed(*row) for row in rows][::-1]


async def understood_in(session: AsyncSession, conversation_id: str, seqs: Iterable[int]) -> dict[int, Understood]:
    """Number of a customer's message → what the assistant understood, for those it was asked about."""
    told = await understood(session, ((conversation_id, seq) for seq in seqs))
    return {seq: _understood(properties) for (_, seq), properties in told.items()}


async def staff_names(session: AsyncSession) -> dict[str, str]:
    """Name → shown name of everybody who is or was staff."""
    rows = await session.execute(select(Agent.name, Agent.shown_name))
    return {name: shown for name, shown in rows}  # noqa: C416  a row is a tuple to Python, not yet to its types


def _understood(properties: dict[str, Any]) -> Understood:
    entities = properties.get("entities")
    found = tuple(one for one in entities if isinstance(one, dict)) if isinstance(entities, list) else ()
    return Understood(
        str(properties.get("intent") or ""), properties.get("confidence"), found, properties.get("sentiment")
    )


def _last_before(moment: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]) -> Any:
    last = select(func.max(ChatMessage.seq)).where(
        ChatMessage.conversation_id == Handoff.conversation_id, ChatMessage.at <= moment
    )
    return func.coalesce(last.correlate(Handoff).scalar_subquery(), 0)
