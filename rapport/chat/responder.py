"""Changes of who responds that the customer herself asks for, and what she thinks of the answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.assignment import assign_waiting
from rapport.chat.errors import UnknownConversationError, WithAgentError
from rapport.chat.gateway import tell_other_processes
from rapport.chat.terms import TERMS, Terms
from rapport.chat.words import words
from rapport.store.conversations import Conversation, append_message, change_responder
from rapport.store.events import add_event
from rapport.store.handoffs import lock_desk
from rapport.store.queue import end_handoff
from rapport.store.turns import leave_to_a_person


async def leave_queue(session: AsyncSession, conversation_id: str, *, now: datetime, terms: Terms = TERMS) -> None:
    """Back to the assistant; nothing changes where it responds already. Raises WithAgentError."""
    await lock_desk(session)
    conversation = await _conversation(session, conversation_id)
    if conversation.responder == "agent":
        raise WithAgentError
    version = conversation.version
    if conversation.responder == "assistant" or not await change_responder(
        session, conversation_id, "assistant", version=version
    ):
        return
    await end_handoff(session, conversation_id, now=now, outcome="left")
    await append_message(session, conversation_id, "system", words(conversation.language).left_queue, at=now)
    await leave_to_a_person(session, conversation_id)
    await add_event(
        session, "handoff_ended", customer_id=conversation.customer_id, at=now, conversation_id=conversation_id,
        properties={"by": "customer"}, key=f"handoff_ended:{conversation_id}:{version}",
    )  # fmt: skip
    await assign_waiting(session, now=now, terms=terms)
    await tell_other_processes(session, conversation_id, desk=True)


async def rate(session: AsyncSession, conversation_id: str, *, stars: int, comment: str, now: datetime) -> None:
    """One to five stars; a second rating replaces the first."""
    conversation = await _conversation(session, conversation_id)
    conversation.stars, conversation.comment = stars, comment
    await add_event(
        session, "chat_rated", customer_id=conversation.customer_id, at=now, conversation_id=conversation_id,
        properties={"stars": stars, "responder": conversation.responder},
        key=f"chat_rated:{conversation_id}:{conversation.version}",
    )  # fmt: skip


async def _conversation(session: AsyncSession, conversation_id: str) -> Conversation:
    conversation = await session.get(Conversation, conversation_id, with_for_update=True)
    if conversation is None:
        raise UnknownConversationError
    return conversation
