"""What a client is shown of a conversation: its messages, and who responds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.errors import UnknownConversationError
from rapport.chat.forms import shown_form
from rapport.store.conversations import CONVERSATIONS, Utterance, messages_after
from rapport.store.queue import queue_position, usual_wait


@dataclass(frozen=True, slots=True)
class State:
    """`position` in the queue (1 is next) and the seconds it usually takes, both only while she waits in it."""

    responder: str
    position: int | None = None
    wait_seconds: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class View:
    messages: tuple[dict[str, Any], ...]
    state: State


async def view_after(session: AsyncSession, conversation_id: str, seq: int) -> View:
    """What was said after `seq`, oldest first, and the state now. Raises UnknownConversationError."""
    row = (await session.execute(_NOW, {"conversation": conversation_id})).one_or_none()
    if row is None:
        raise UnknownConversationError
    messages = await messages_after(session, conversation_id, seq) if row.last_seq > seq else []
    state = await _state(session, row.responder, row.waiting_since)
    return View(tuple(message_as_json(message) for message in messages), state)


_COLUMNS = CONVERSATIONS.c
_NOW = select(_COLUMNS.last_seq, _COLUMNS.responder, _COLUMNS.waiting_since).where(
    _COLUMNS.id == bindparam("conversation")
)


async def _state(session: AsyncSession, responder: str, waiting_since: datetime | None) -> State:
    if responder != "queue" or waiting_since is None:
        return State(responder)
    position, wait = await queue_position(session, waiting_since), await usual_wait(session)
    return State("queue", position, None if wait is None else round(wait))


def message_as_json(message: Utterance) -> dict[str, Any]:
    """A message on the wire; `at` in ISO 8601, UTC."""
    mine = message.author == "customer"
    parts = {
        "buttons": message.buttons,
        "cards": message.cards,
        "table": message.table,
        "timeline": message.timeline,
        "form": shown_form(message.form) if message.form else None,
        "files": message.files,
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
