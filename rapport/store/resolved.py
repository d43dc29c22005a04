"""What staff answered to which questions, in the hand-offs that ended with the matter resolved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.agents import Agent
from rapport.store.conversations import ChatMessage, Conversation, Handoff
from rapport.store.customers import Customer
from rapport.store.understood import understood

# So many of a customer's messages before an answer are its question.
ASKED = 3


@dataclass(frozen=True, slots=True)
class Exchange:
    """A customer's question, as she wrote it, and what the agent said to it. `intents` are those that were heard of
    it; `orders` and `names` are what must not be shown to anybody else."""

    conversation_id: str
    language: str
    asked: str
    said: str
    intents: tuple[str, ...]
    orders: tuple[str, ...]
    customer: str
    agent: str


async def resolved_stamp(session: AsyncSession) -> tuple[int, int]:
    """Changes when a hand-off is resolved, and when one is erased."""
    statement = select(func.count(), func.coalesce(func.max(Handoff.id), 0)).where(Handoff.outcome == "resolved")
    count, newest = (await session.execute(statement)).one()
    return count, newest


async def resolved_exchanges(session: AsyncSession, *, limit: int) -> list[Exchange]:
    """Those of the newest `limit` resolved hand-offs, the newest first."""
    newest = (
        select(Handoff.id, Handoff.conversation_id, Handoff.accepted_at, Handoff.ended_at)
        .where(Handoff.outcome == "resolved", Handoff.accepted_at.is_not(None), Handoff.ended_at.is_not(None))
        .order_by(Handoff.id.desc())
        .limit(limit)
        .subquery()
    )
    said = ChatMessage
    statement = (
        select(
            newest.c.id, said.seq, said.author, said.text, said.agent, said.at, newest.c.accepted_at,
            Conversation.id.label("conversation_id"), Conversation.language, Customer.name, Agent.shown_name,
        )
        .join(said, said.conversation_id == newest.c.conversation_id)
        .join(Conversation, Conversation.id == newest.c.conversation_id)
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
        .outerjoin(Agent, Agent.name == said.agent)
        .where(said.author.in_(("customer", "agent")), said.payload.is_(None), said.text != "")
        .where(said.at <= newest.c.ended_at)
        .order_by(newest.c.id.desc(), said.seq)
    )  # fmt: skip
    rows = (await session.execute(statement)).all()
    pairs = [pair for _, thread in groupby(rows, key=lambda row: row.id) for pair in _pairs(list(thread))]
    heard = await understood(session, {(row.conversation_id, row.seq) for asked, _ in pairs for row in asked})
    return [_exchange(asked, said, heard) for asked, said in pairs]


def _pairs(thread: Sequence[Any]) -> Iterator[tuple[list[Any], Any]]:
    """Each run of the agent's messages after she took over, by its longest, with what the customer asked before."""
    asked: list[Any] = []
    for author, run in groupby(thread, key=lambda row: row.author):
        said = list(run)
        if author == "customer":
            asked = said[-ASKED:]
        elif asked and said[0].at >= said[0].accepted_at:
            yield asked, max(said, key=lambda row: len(row.text))
            asked = []


def _exchange(asked: Sequence[Any], said: Any, heard: Any) -> Exchange:
    told = [heard.get((row.conversation_id, row.seq), {}) for row in asked]
    named = [entity for one in told for entity in one.get("entities", ()) if entity.get("entity") == "order_id"]
    return Exchange(
        conversation_id=said.conversation_id,
        language=said.language,
        asked=" ".join(row.text for row in asked),
        said=said.text,
        intents=tuple(str(one["intent"]) for one in told if one.get("intent")),
        orders=tuple(str(entity["value"]) for entity in named),
        customer=said.name or "",
        agent=said.shown_name or "",
    )
