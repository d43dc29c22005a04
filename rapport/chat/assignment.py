"""Who takes whom from the queue: the next customer in line, the agent who was given one longest ago."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.errors import NotThereError
from rapport.chat.gateway import DESK
from rapport.chat.terms import Terms
from rapport.store.agents import Agent, Presence, agent_called
from rapport.store.conversations import Handoff
from rapport.store.handoffs import agents_there, loads, lock_desk, waiting_handoffs
from rapport.store.signals import send_signal


async def set_presence(session: AsyncSession, name: str, presence: Presence, *, now: datetime, terms: Terms) -> bool:
    """A heartbeat, and whether she takes customers; True where that has changed. Raises NotThereError.

    What waits is given out again: to her who comes, or to the others when she goes.
    """
    await lock_desk(session)
    agent = await agent_called(session, name)
    if agent is None:
        raise NotThereError
    silent = agent.seen_at is None or now - agent.seen_at > terms.silent
    changed = presence != agent.presence or (silent and presence != "offline")
    agent.presence, agent.seen_at = presence, now
    await session.flush()
    if changed:
        await take_back(session, now=now, terms=terms)
        await assign_waiting(session, now=now, terms=terms)
        await send_signal(session, DESK)
    return changed


async def assign_waiting(session: AsyncSession, *, now: datetime, terms: Terms) -> list[Handoff]:
    """Gives whoever waits to an agent who has a place free, in order; gives what was given."""
    await lock_desk(session)
    waiting = [handoff for handoff in await waiting_handoffs(session) if handoff.state == "requested"]
    if not waiting:
        return []
    there, held = await agents_there(session, heard_since=now - terms.silent), await loads(session)
    given: list[Handoff] = []
    for handoff in waiting:
        agent = next(_free(suited(handoff, there), held), None)
        if agent is None:
            continue
        handoff.state, handoff.agent, handoff.assigned_at = "assigned", agent.name, now
        agent.assigned_at = now
        held[agent.name] = held.get(agent.name, 0) + 1
        # The one who was just given a customer is the last to be given another.
        there = [other for other in there if other is not agent] + [agent]
        given.append(handoff)
    await session.flush()
    return given


async def take_back(session: AsyncSession, *, now: datetime, terms: Terms) -> list[Handoff]:
    """What was given to somebody who has not opened it in time, or is there no longer, waits again, at its place."""
    await lock_desk(session)
    there = {agent.name: agent for agent in await agents_there(session, heard_since=now - terms.silent)}
    back = [
        handoff
        for handoff in await waiting_handoffs(session)
        if handoff.state == "assigned" and _is_missed(handoff, there, now=now, terms=terms)
    ]
    for handoff in back:
        handoff.state, handoff.agent, handoff.assigned_at = "requested", None, None
    await session.flush()
    return back


async def free_agent(session: AsyncSession, name: str, *, now: datetime, terms: Terms) -> Agent:
    """The agent of this name, who must be there. Raises NotThereError."""
    there = await agents_there(session, heard_since=now - terms.silent)
    found = next((agent for agent in there if agent.name == name), None)
    if found is None:
        raise NotThereError
    return found


def suited(handoff: Handoff, agents: Sequence[Agent]) -> Sequence[Agent]:
    """Who of those there should take it: who has its skill and its language, else its language, else anybody.

    A specialist who is there but busy is waited for; one who is not there is not.
    """
    speaking = [agent for agent in agents if not agent.languages or handoff.language in agent.languages]
    skilled = [agent for agent in speaking if _has(agent, handoff.skill)]
    return skilled or speaking or agents


def _has(agent: Agent, skill: str | None) -> bool:
    return skill is None or not agent.skills or skill in agent.skills


def _free(agents: Iterable[Agent], held: Mapping[str, int]) -> Iterator[Agent]:
    return (agent for agent in agents if agent.presence == "online" and held.get(agent.name, 0) < agent.capacity)


def _is_missed(handoff: Handoff, there: Mapping[str, Agent], *, now: datetime, terms: Terms) -> bool:
    waited = now - handoff.assigned_at if handoff.assigned_at else terms.accept
    return handoff.agent not in there or waited >= terms.accept
