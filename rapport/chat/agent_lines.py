"""What an agent says, notes and reads in a conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.changes import standing_now
from rapport.chat.errors import MovedError, NotHeldError
from rapport.chat.gateway import Received, tell_everybody
from rapport.chat.staff import Person
from rapport.store.conversations import Handoff, append_message, seq_of_client
from rapport.store.notes import Note
from rapport.store.readings import read_up_to
from rapport.store.snoozing import wake_up

# Beside the customer's ids, which may be the same by chance or on purpose.
CLIENT = "agent:"


async def say_as_agent(
    session: AsyncSession,
    conversation_id: str,
    by: Person,
    *,
    client_id: str,
    text: str,
    now: datetime,
    version: int | None = None,
    **parts: Any,
) -> Received:
    """Says it to the customer; the same `client_id` (up to 56 characters) is the same line.

    `parts`: cards, files. Raises UnknownConversationError, NotHeldError, and MovedError where a version is given.
    """
    standing = await standing_now(session, conversation_id)
    known = await seq_of_client(session, conversation_id, CLIENT + client_id)
    if known is not None:
        return Received(known)
    if standing.responder != "agent" or standing.agent != by.name:
        raise NotHeldError
    if version is not None and version != standing.version:
        raise MovedError
    said = await append_message(
        session, conversation_id, "agent", text, at=now, client_id=CLIENT + client_id, agent=by.name, **parts
    )
    if standing.snoozed_until is not None:
        await wake_up(session, conversation_id, now=now)
    await _answered(session, conversation_id, now)
    await read_up_to(session, conversation_id, by.name, said.seq)
    await tell_everybody(session, conversation_id)
    return Received(said.seq, said=(said,))


async def add_note(session: AsyncSession, conversation_id: str, by: Person, text: str, *, now: datetime) -> Note:
    """Keeps a note for staff behind what was said last. Raises UnknownConversationError."""
    standing = await standing_now(session, conversation_id)
    note = Note(conversation_id=conversation_id, after_seq=standing.last_seq, agent=by.name, text=text, at=now)
    session.add(note)
    await session.flush()
    await tell_everybody(session, conversation_id)
    return note


async def mark_read(session: AsyncSession, conversation_id: str, by: Person, seq: int) -> None:
    """She has seen the conversation up to this message. Raises UnknownConversationError."""
    standing = await standing_now(session, conversation_id)
    await read_up_to(session, conversation_id, by.name, min(seq, standing.last_seq))
    await tell_everybody(session, conversation_id)


async def _answered(session: AsyncSession, conversation_id: str, now: datetime) -> None:
    """Nothing is due any more; the first answer is remembered."""
    open_one = (Handoff.conversation_id == conversation_id) & (Handoff.state == "accepted")
    await session.execute(update(Handoff).where(open_one).values(due_at=None))
    await session.execute(update(Handoff).where(open_one, Handoff.answered_at.is_(None)).values(answered_at=now))
