"""The steps that changes of a conversation are made of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.errors import MovedError, NotHeldError, UnknownConversationError
from rapport.chat.staff import Person
from rapport.chat.terms import Terms
from rapport.store.agents import Agent
from rapport.store.conversations import (
    Conversation,
    Handoff,
    Responder,
    Standing,
    Utterance,
    append_message,
    change_responder,
    locked,
)
from rapport.store.snoozing import wake_up


async def standing_now(session: AsyncSession, conversation_id: str) -> Standing:
    """How the conversation stands until the transaction ends. Raises UnknownConversationError."""
    standing = await locked(session, conversation_id)
    if standing is None:
        raise UnknownConversationError
    return standing


async def standing_at(session: AsyncSession, conversation_id: str, version: int) -> Standing:
    """The same, for who has seen it at `version`. Raises MovedError where it stands so no longer."""
    standing = await standing_now(session, conversation_id)
    if standing.version != version:
        raise MovedError
    return standing


def held_by(standing: Standing | Conversation, by: Person) -> None:
    """Raises NotHeldError unless `by` holds the conversation, or is an admin and somebody does."""
    if standing.responder != "agent" or (standing.agent != by.name and by.role != "admin"):
        raise NotHeldError


async def refuse_unless_held(session: AsyncSession, conversation_id: str, by: Person) -> None:
    """The same where nothing is changed. Raises UnknownConversationError and NotHeldError."""
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or conversation.closed_at is not None:
        raise UnknownConversationError
    held_by(conversation, by)


async def change(
    session: AsyncSession,
    conversation_id: str,
    responder: Responder,
    *,
    standing: Standing,
    agent: str | None = None,
    waiting_since: datetime | None = None,
    closed_at: datetime | None = None,
) -> int:
    """Hands the conversation over and gives its new version. Raises MovedError."""
    version = standing.version
    moved = await change_responder(
        session, conversation_id, responder, version=version, agent=agent, waiting_since=waiting_since
    )
    if not moved:
        raise MovedError
    if closed_at != standing.closed_at:
        await session.execute(
            update(Conversation).where(Conversation.id == conversation_id).values(closed_at=closed_at)
        )
    return version + 1


async def reopen(session: AsyncSession, conversation_id: str) -> None:
    """A closed conversation goes on; its next ending may be rated anew."""
    statement = update(Conversation).where(Conversation.id == conversation_id)
    await session.execute(statement.values(closed_at=None, stars=None, comment=None))


async def ask_no_longer(session: AsyncSession, conversation_id: str) -> None:
    """What she was asked for because nobody was there is wanted no more."""
    statement = update(Conversation).where(Conversation.id == conversation_id, Conversation.awaits.is_not(None))
    await session.execute(statement.values(awaits=None))


async def customer_waits(session: AsyncSession, conversation_id: str, *, now: datetime, terms: Terms) -> None:
    """She has said something to a person: an answer is due, and whoever put her off is reminded."""
    await wake_up(session, conversation_id, now=now)
    held = (Handoff.conversation_id == conversation_id) & (Handoff.state == "accepted") & Handoff.due_at.is_(None)
    await session.execute(update(Handoff).where(held).values(due_at=now + terms.next_response))


async def say_system(
    session: AsyncSession, conversation_id: str, text: str, *, at: datetime, payload: str | None = None
) -> Utterance:
    """A line that tells the customer what happens in her conversation; `payload`: what keys under it ask there."""
    return await append_message(session, conversation_id, "system", text, at=at, payload=payload)


async def put_into_queue(
    session: AsyncSession,
    conversation_id: str,
    standing: Standing,
    *,
    agent: Agent | None,
    skill: str | None,
    now: datetime,
    terms: Terms,
) -> Handoff:
    """The hand-off of a conversation that comes from an agent: for another one, or for whoever can."""
    handoff = Handoff(conversation_id=conversation_id, reason="transferred", requested_at=now)
    handoff.language, handoff.skill = standing.language, skill
    handoff.due_at = now + terms.first_response
    if agent is not None:
        handoff.state, handoff.agent, handoff.assigned_at = "assigned", agent.name, now
        agent.assigned_at = now
    session.add(handoff)
    await session.flush()
    return handoff
