"""What is going on right now: who answers how many conversations, who waits, which agents are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.agents import Agent
from rapport.store.base import UtcDateTime
from rapport.store.conversations import ChatMessage, Conversation
from rapport.store.handoffs import loads

# What is asked every few seconds looks no further back than this many messages.
NEWEST = 5000


@dataclass(frozen=True, slots=True)
class AtWork:
    """`presence` is offline for one whose console was not heard of in time; `load` counts what she holds."""

    name: str
    shown_name: str
    presence: str
    load: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Open:
    """A conversation a person is, or should be, in; `since` is when it began to wait, None where it does not."""

    id: str
    responder: str
    agent: str | None
    language: str
    since: datetime | None


async def open_by_responder(session: AsyncSession, *, silent_before: datetime) -> dict[str, int]:
    """responder → open conversations; of the assistant's only those spoken in since `silent_before`, as far as the
    newest messages tell."""
    statement = select(Conversation.responder, func.count()).where(Conversation.closed_at.is_(None))
    newest = (
        select(ChatMessage.conversation_id, ChatMessage.at).order_by(ChatMessage.id.desc()).limit(NEWEST).subquery()
    )
    lately = select(newest.c.conversation_id).where(newest.c.at >= silent_before)
    live = (Conversation.responder != "assistant") | Conversation.id.in_(lately)
    found = await session.execute(statement.where(live).group_by(Conversation.responder))
    return {"assistant": 0, "queue": 0, "agent": 0} | {row[0]: row[1] for row in found}


async def longest_waiting_since(session: AsyncSession) -> datetime | None:
    """Since when the one who waits longest in the queue waits."""
    waiting = (Conversation.responder == "queue") & Conversation.closed_at.is_(None)
    return await session.scalar(select(func.min(Conversation.waiting_since, type_=UtcDateTime())).where(waiting))


async def agents_at_work(session: AsyncSession, *, heard_since: datetime) -> list[AtWork]:
    """Everybody who may answer customers, by name."""
    answers = Agent.disabled_at.is_(None) & Agent.role.in_(("admin", "agent"))
    agents, held = await session.scalars(select(Agent).where(answers).order_by(Agent.name)), await loads(session)
    return [
        AtWork(one.name, one.shown_name, _presence(one, heard_since), held.get(one.name, 0), one.capacity)
        for one in agents
    ]


async def open_with_people(session: AsyncSession, *, limit: int) -> Sequence[Open]:
    """Who waits, the longest first, then what agents hold."""
    one = Conversation
    statement = (
        select(one.id, one.responder, one.agent, one.language, one.waiting_since)
        .where(one.closed_at.is_(None), one.responder != "assistant")
        .order_by(one.responder.desc(), one.waiting_since, one.opened_at)
        .limit(limit)
    )
    return [Open(*row) for row in await session.execute(statement)]


def _presence(agent: Agent, heard_since: datetime) -> str:
    return agent.presence if agent.seen_at is not None and agent.seen_at >= heard_since else "offline"
