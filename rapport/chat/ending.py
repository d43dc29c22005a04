"""The customer ends the conversation: whoever had it has it no more, and she may rate it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.assignment import assign_waiting
from rapport.chat.changes import change, say_system, standing_now
from rapport.chat.gateway import tell_everybody
from rapport.chat.summary import NOTED, keep_summary
from rapport.chat.terms import TERMS, Terms
from rapport.chat.words import words
from rapport.store.conversations import Standing
from rapport.store.events import add_event
from rapport.store.handoffs import lock_desk
from rapport.store.queue import end_handoff
from rapport.store.snoozing import wake_up
from rapport.store.turns import leave_to_a_person


async def end_conversation(
    session: AsyncSession, conversation_id: str, *, now: datetime, terms: Terms = TERMS
) -> None:
    """Closes it, once; what she says next opens it again, with the assistant. Raises UnknownConversationError."""
    await lock_desk(session)
    standing = await standing_now(session, conversation_id)
    if standing.closed_at is not None:
        return
    await change(session, conversation_id, "assistant", standing=standing, closed_at=now)
    await say_system(session, conversation_id, words(standing.language).ended, at=now)
    # What waits for an answer is answered no more: an answer under way is dropped, for the version has moved.
    await leave_to_a_person(session, conversation_id)
    if standing.responder != "assistant":
        await wake_up(session, conversation_id, now=now)
        await keep_summary(session, conversation_id, NOTED)
        await _left(session, conversation_id, standing, now)
        await assign_waiting(session, now=now, terms=terms)
    await tell_everybody(session, conversation_id)


async def _left(session: AsyncSession, conversation_id: str, standing: Standing, now: datetime) -> None:
    outcome = "left" if standing.responder == "queue" else "resolved"
    await end_handoff(session, conversation_id, now=now, outcome=outcome)
    await add_event(
        session, "handoff_ended", customer_id=standing.customer_id, at=now, conversation_id=conversation_id,
        properties={"by": "customer", "outcome": outcome}, key=f"handoff_ended:{conversation_id}:{standing.version}",
    )  # fmt: skip
