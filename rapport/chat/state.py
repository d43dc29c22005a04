"""What a client is shown of a conversation: its messages, and who responds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.errors import UnknownConversationError
from rapport.chat.forms import shown_form
from rapport.chat.queue_view import place_in_queue
from rapport.chat.terms import TERMS, Terms
from rapport.store.agents import Agent, shown_names
from rapport.store.conversations import CONVERSATIONS, Utterance, messages_after
from rapport.store.readings import Reading

NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class State:
    """`position` in the queue (1 is next) and the seconds it may take, both only while she waits in it.

    `agent` is the name she reads of who answers; `closed` and `rate` (may be rated) stand only where they are true.
    `read_seq` is how far a member of staff has read.
    """

    responder: str
    position: int | None = None
    wait_seconds: int | None = None
    agent: str | None = None
    closed: bool | None = None
    rate: bool | None = None
    read_seq: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class View:
    messages: tuple[dict[str, Any], ...]
    state: State


async def view_after(
    session: AsyncSession, conversation_id: str, seq: int, *, now: datetime, terms: Terms = TERMS
) -> View:
    """What was said after `seq`, oldest first, and the state now. Raises UnknownConversationError."""
    row = (await session.execute(_NOW, {"conversation": conversation_id})).one_or_none()
    if row is None:
        raise UnknownConversationError
    messages = await messages_after(session, conversation_id, seq) if row.last_seq > seq else []
    if row.responder == "queue":
        place = await place_in_queue(session, conversation_id, now=now, terms=terms)
        position, wait = (place.position, place.wait_seconds) if place else (None, None)
        state = State("queue", position, wait, read_seq=row.read_seq)
    else:
        agent = (row.shown_name or row.agent) if row.responder == "agent" else None
        closed = True if row.closed_at else None
        rate = closed if row.stars is None else None
        state = State(row.responder, agent=agent, closed=closed, rate=rate, read_seq=row.read_seq)
    names = await shown_names(session, {message.agent for message in messages if message.agent})
    return View(tuple(message_as_json(message, names) for message in messages), state)


_COLUMNS = CONVERSATIONS.c
_SHOWN = ("last_seq", "responder", "agent", "closed_at", "stars")
_READ = select(func.max(Reading.seq)).where(Reading.conversation_id == _COLUMNS.id).scalar_subquery()
_NOW = (
    select(*(_COLUMNS[name] for name in _SHOWN), Agent.shown_name, _READ.label("read_seq"))
    .outerjoin(Agent, Agent.name == _COLUMNS.agent)
    .where(_COLUMNS.id == bindparam("conversation"))
)


def message_as_json(message: Utterance, names: Mapping[str, str] = NOBODY) -> dict[str, Any]:
    """A message on the wire; `at` in ISO 8601, UTC. `names` are those customers read of the agents."""
    mine = message.author == "customer"
    parts = {
        "buttons": message.buttons,
        "cards": message.cards,
        "table": message.table,
        "timeline": message.timeline,
        "form": shown_form(message.form) if message.form else None,
        "files": message.files,
        "agent": names.get(message.agent) if message.agent and message.author == "agent" else None,
        # By it a client knows again what it has sent itself.
        "client_id": message.client_id if mine else None,
    }
    return {
        "seq": message.seq,
        "author": message.author,
        "text": message.text,
        "at": message.at.isoformat(),
        **{name: part for name, part in parts.items() if part},
    }
