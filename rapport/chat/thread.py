"""One conversation as staff see it: what was said and noted, what the assistant understood, why it handed over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.errors import UnknownConversationError
from rapport.chat.overview import handoff_as_json
from rapport.chat.state import message_as_json
from rapport.chat.terms import Terms
from rapport.store.conversations import Conversation, Handoff, Utterance, messages_after
from rapport.store.customers import Customer
from rapport.store.notes import Note, notes_of
from rapport.store.understood import understood

UNDERSTOOD = ("intent", "confidence", "entities", "sentiment", "products", "topic")


async def thread(
    session: AsyncSession, conversation_id: str, *, now: datetime, terms: Terms, after: int = 0
) -> dict[str, Any]:
    """Everything from the message after `after` on, up to 500 of them. Raises UnknownConversationError."""
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        raise UnknownConversationError
    said = await messages_after(session, conversation_id, after)
    heard = await _understood(session, conversation_id, said)
    notes = [note for note in await notes_of(session, conversation_id) if note.after_seq >= after]
    return {
        **await _head(session, conversation, now=now, terms=terms),
        "messages": [_message(one, heard.get(one.seq)) for one in said],
        "notes": [_note(note) for note in notes],
    }


def _note(note: Note) -> dict[str, Any]:
    return {name: getattr(note, name) for name in ("id", "after_seq", "agent", "text")} | {"at": note.at.isoformat()}


async def _head(session: AsyncSession, one: Conversation, *, now: datetime, terms: Terms) -> dict[str, Any]:
    customer = await session.get(Customer, one.customer_id) if one.customer_id else None
    handoffs = await _handoffs(session, one.id)
    open_one = next((handoff for handoff in reversed(handoffs) if handoff.state != "ended"), None)
    return {
        "id": one.id,
        "customer": {"id": customer.id, "name": customer.name} if customer else None,
        "channel": one.channel,
        "language": one.language,
        "responder": one.responder,
        "agent": one.agent,
        "version": one.version,
        "last_seq": one.last_seq,
        "read_seq": one.read_seq,
        "opened_at": one.opened_at.isoformat(),
        "closed_at": one.closed_at.isoformat() if one.closed_at else None,
        "snoozed_until": one.snoozed_until.isoformat() if one.snoozed_until else None,
        "stars": one.stars,
        **handoff_as_json(open_one, now=now, terms=terms),
        "handoffs": [_handoff(handoff) for handoff in handoffs],
    }


def _message(said: Utterance, understood: dict[str, Any] | None) -> dict[str, Any]:
    more = {"agent": said.agent} if said.agent else {}
    return message_as_json(said) | more | ({"understood": understood} if understood else {})


async def _handoffs(session: AsyncSession, conversation_id: str) -> list[Handoff]:
    statement = select(Handoff).where(Handoff.conversation_id == conversation_id).order_by(Handoff.id)
    return list(await session.scalars(statement))


def _handoff(handoff: Handoff) -> dict[str, Any]:
    moments = ("requested_at", "assigned_at", "accepted_at", "answered_at", "ended_at")
    told = {name: moment.isoformat() for name in moments if (moment := getattr(handoff, name))}
    names = ("reason", "state", "agent", "skill", "outcome", "summary")
    return {name: getattr(handoff, name) for name in names} | told


async def _understood(
    session: AsyncSession, conversation_id: str, said: Iterable[Utterance]
) -> dict[int, dict[str, Any]]:
    """By the number of the customer's message: what the actions recorded of it under its own key."""
    told = await understood(session, ((conversation_id, one.seq) for one in said if one.author == "customer"))
    return {seq: {name: one[name] for name in UNDERSTOOD if name in one} for (_, seq), one in told.items()}
