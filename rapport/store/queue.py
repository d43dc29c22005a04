"""The queue for a person: who stands where in it, and how long it usually takes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.conversations import Conversation, Handoff, change_responder
from rapport.store.events import add_event

REMEMBERED = 20


async def queue_position(session: AsyncSession, waiting_since: datetime) -> int:
    """1 for who is next."""
    ahead = select(func.count()).where(
        Conversation.responder == "queue",
        Conversation.closed_at.is_(None),
        Conversation.waiting_since < waiting_since,
    )
    return 1 + (await session.scalar(ahead) or 0)


async def usual_wait(session: AsyncSession) -> float | None:
    """Seconds from asking for a person to having one, the mean of the last hand-offs; None before the first."""
    statement = select(Handoff.requested_at, Handoff.accepted_at).where(Handoff.accepted_at.is_not(None))
    rows = (await session.execute(statement.order_by(Handoff.id.desc()).limit(REMEMBERED))).all()
    waits = [(accepted - requested).total_seconds() for requested, accepted in rows if accepted]
    return sum(waits) / len(waits) if waits else None


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
