"""Where a customer stands in the queue, and how long she will wait: as things are now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.terms import Terms
from rapport.chat.waiting import Load, expected_wait
from rapport.store.handoffs import (
    agents_there,
    handled_lately,
    in_hand_since,
    loads,
    opened_within,
    waiting_handoffs,
)


@dataclass(frozen=True, slots=True)
class Place:
    """`position` 1 is next; `wait_seconds` is None where too little is known to say."""

    position: int
    wait_seconds: int | None


async def place_in_queue(session: AsyncSession, conversation_id: str, *, now: datetime, terms: Terms) -> Place | None:
    """None where the conversation does not wait. Who was given to an agent already is answered when she opens it."""
    waiting = await waiting_handoffs(session)
    mine = next((handoff for handoff in waiting if handoff.conversation_id == conversation_id), None)
    if mine is None:
        return None
    ahead = [handoff for handoff in waiting[: waiting.index(mine)] if handoff.state == "requested"]
    load = await _load(session, now=now, terms=terms)
    if mine.state == "assigned":
        return Place(1, round(load.opening) or None)
    position = len(ahead) + 1
    wait = expected_wait(position, load)
    return Place(position, round(wait) if wait else None)


async def _load(session: AsyncSession, *, now: datetime, terms: Terms) -> Load:
    there, held = await agents_there(session, heard_since=now - terms.silent), await loads(session)
    online = [agent for agent in there if agent.presence == "online"]
    in_hand = await in_hand_since(session, {agent.name for agent in online})
    return Load(
        ages=tuple(max(0.0, (now - since).total_seconds()) for since in in_hand),
        taken=tuple(await handled_lately(session)),
        free=sum(max(0, agent.capacity - held.get(agent.name, 0)) for agent in online),
        opening=await opened_within(session),
    )
