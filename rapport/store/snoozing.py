"""Conversations their agent has put off for a while."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.conversations import OPEN, Conversation, Handoff, open_handoff


async def snooze_until(session: AsyncSession, conversation_id: str, until: datetime, *, now: datetime) -> None:
    """Puts the conversation off, or changes until when it is."""
    await _set(session, conversation_id, until)
    handoff = await open_handoff(session, conversation_id)
    if handoff is not None and handoff.snoozed_at is None:
        handoff.snoozed_at = now
        await session.flush()


async def wake_up(session: AsyncSession, conversation_id: str, *, now: datetime) -> None:
    """The conversation is put off no longer; the time it was is kept with its hand-off."""
    await _set(session, conversation_id, None)
    handoff = await open_handoff(session, conversation_id)
    if handoff is not None and handoff.snoozed_at is not None:
        handoff.snoozed_seconds += (now - handoff.snoozed_at).total_seconds()
        handoff.snoozed_at = None
        await session.flush()


async def snoozed_too_long(session: AsyncSession, *, now: datetime) -> list[str]:
    """The conversations whose time is up."""
    statement = select(Conversation.id).join(Handoff, Handoff.conversation_id == Conversation.id)
    return list(await session.scalars(statement.where(Handoff.state.in_(OPEN), Conversation.snoozed_until <= now)))


async def _set(session: AsyncSession, conversation_id: str, until: datetime | None) -> None:
    statement = update(Conversation).where(Conversation.id == conversation_id)
    await session.execute(statement.values(snoozed_until=until).execution_options(synchronize_session="fetch"))
