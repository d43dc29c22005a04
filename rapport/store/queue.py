"""The way into the queue for a person, and out of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.conversations import Conversation, Handoff, change_responder
from rapport.store.events import add_event


async def end_handoff(session: AsyncSession, conversation_id: str, *, now: datetime, outcome: str) -> None:
    """Ends the conversation's open hand-off, if there is one."""
    statement = update(Handoff).where(Handoff.conversation_id == conversation_id, Handoff.state != "ended")
    await session.execute(statement.values(state="ended", ended_at=now, due_at=None, outcome=outcome))


async def start_handoff(session: AsyncSession, conversation_id: str, *, reason: str, now: datetime) -> bool:
    """Puts a conversation the assistant responds in into the queue; False where it is not (or no longer) its turn."""
    conversation = await session.get(Conversation, conversation_id, populate_existing=True)
    if conversation is None or conversation.responder != "assistant":
        return False
    version = conversation.version
    if not await change_responder(session, conversation_id, "queue", version=version, waiting_since=now):
        return False
    handoff = Handoff(conversation_id=conversation_id, reason=reason, requested_at=now)
    handoff.language = conversation.language
    session.add(handoff)
    await add_event(
        session, "handoff_requested", customer_id=conversation.customer_id, at=now, conversation_id=conversation_id,
        properties={"reason": reason}, key=f"handoff_requested:{conversation_id}:{version}",
    )  # fmt: skip
    return True
