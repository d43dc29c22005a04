"""Hand-offs as rows: who waits in which order, who holds how many, and how each ended."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.agents import Agent
from rapport.store.conversations import Conversation, Handoff

# One number for one lock; any would do.
_DESK_LOCK = 4_017_001
HELD = ("assigned", "accepted")
REMEMBERED = 60


async def lock_desk(session: AsyncSession) -> None:
    """From here to the end of the transaction nobody else assigns: two at once would give one agent too much.

    Taken before any conversation's row, so that two who want both never wait for each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _DESK_LOCK})


async def waiting_handoffs(session: AsyncSession) -> list[Handoff]:
    """Those nobody has accepted yet, in the order they will be: a priority is worth so many seconds of waiting."""
    statement = (
        select(Handoff)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.state.in_(("requested", "assigned")), Conversation.responder == "queue")
    )
    return sorted(await session.scalars(statement), key=lambda one: (place(one), one.id))


def place(handoff: Handoff) -> float:
    """The less, the sooner."""
    return handoff.requested_at.timestamp() - handoff.priority


async def agents_there(session: AsyncSession, *, heard_since: datetime) -> list[Agent]:
    """Who may answer customers and is online or away, heard of since then; who was given one last stands last."""
    statement = select(Agent).where(
        Agent.disabled_at.is_(None),
        Agent.role.in_(("admin", "agent")),
        Agent.presence != "offline",
        Agent.seen_at >= heard_since,
    )
    return sorted(await session.scalars(statement), key=_turn)


def _turn(agent: Agent) -> tuple[float, int]:
    return (agent.assigned_at.timestamp() if agent.assigned_at else 0.0, agent.id)


async def loads(session: AsyncSession) -> dict[str, int]:
    """How many conversations each agent holds or has been given; a snoozed one takes no place."""
    statement = (
        select(Handoff.agent, func.count())
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.state.in_(HELD), Conversation.snoozed_until.is_(None))
        .group_by(Handoff.agent)
    )
    return {str(agent): count for agent, count in await session.execute(statement) if agent}


async def handled_lately(session: AsyncSession) -> list[float]:
    """How many seconds each of the last hand-offs took an agent, without the time it was snoozed."""
    statement = select(Handoff.accepted_at, Handoff.ended_at, Handoff.snoozed_seconds)
    statement = statement.where(Handoff.accepted_at.is_not(None), Handoff.ended_at.is_not(None))
    rows = await session.execute(statement.order_by(Handoff.id.desc()).limit(REMEMBERED))
    took = [(ended - accepted, snoozed) for accepted, ended, snoozed in rows if accepted and ended]
    return [max(1.0, span.total_seconds() - snoozed) for span, snoozed in took]


async def in_hand_since(session: AsyncSession, agents: Collection[str]) -> list[datetime]:
    """Since when each conversation that one of these works on now, or will in a moment, has been hers."""
    statement = (
        select(func.coalesce(Handoff.accepted_at, Handoff.assigned_at))
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.state.in_(HELD), Handoff.agent.in_(agents), Conversation.snoozed_until.is_(None))
    )
    return [at for at in await session.scalars(statement) if at is not None]


async def opened_within(session: AsyncSession) -> float:
    """How many seconds agents took lately to open what they were given, the mean."""
    statement = select(Handoff.assigned_at, Handoff.accepted_at)
    statement = statement.where(Handoff.accepted_at.is_not(None), Handoff.assigned_at.is_not(None))
    rows = await session.execute(statement.order_by(Handoff.id.desc()).limit(REMEMBERED))
    took = [(accepted - assigned).total_seconds() for assigned, accepted in rows if assigned and accepted]
    return sum(took) / len(took) if took else 0.0


async def overdue_of_absent(session: AsyncSession, there: Collection[str], *, now: datetime) -> list[str]:
    """The conversations in which a customer has waited since before `now` for an agent who is not there.

    Who has no row, as a program with a key, has no heartbeat either: it is never away.
    """
    statement = (
        select(Handoff.conversation_id)
        .join(Agent, Agent.name == Handoff.agent)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.state == "accepted", Handoff.due_at.is_not(None), Conversation.responder == "agent")
        .where(Handoff.agent.not_in(there), or_(Agent.seen_at.is_(None), Agent.seen_at < now))
    )
    return list(await session.scalars(statement))
