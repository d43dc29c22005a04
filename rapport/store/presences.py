"""Who of the staff is there: online or away only while her console is heard of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.agents import Agent
from rapport.store.conversations import Conversation

ANSWER = ("admin", "agent")


@dataclass(frozen=True, slots=True)
class Present:
    """`held` is how many conversations she has in hand, of `capacity`."""

    name: str
    shown_name: str
    presence: str
    held: int
    capacity: int


async def presences(session: AsyncSession, *, heard_since: datetime) -> list[Present]:
    """Everybody who answers customers, those who are there in front."""
    held = (
        select(Conversation.agent.label("agent"), func.count().label("held"))
        .where(Conversation.responder == "agent", Conversation.closed_at.is_(None))
        .where(Conversation.snoozed_until.is_(None))
        .group_by(Conversation.agent)
        .subquery()
    )
    statement = (
        select(Agent, func.coalesce(held.c.held, 0))
        .outerjoin(held, held.c.agent == Agent.name)
        .where(Agent.disabled_at.is_(None), Agent.role.in_(ANSWER))
    )
    found = [_present(agent, count, heard_since) for agent, count in await session.execute(statement)]
    order = ("online", "away", "offline")
    return sorted(found, key=lambda one: (order.index(one.presence), one.shown_name))


def _present(agent: Agent, held: int, heard_since: datetime) -> Present:
    heard = agent.seen_at is not None and agent.seen_at >= heard_since
    presence = agent.presence if heard else "offline"
    return Present(agent.name, agent.shown_name, presence, held, agent.capacity)
