"""A conversation begins, on whatever channel."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.conversations import Conversation
from rapport.store.events import add_event


async def open_conversation(
    session: AsyncSession, *, channel: str, language: str, customer_id: int | None, now: datetime
) -> Conversation:
    """A new conversation under a number nobody can guess, and its event; `customer_id` None: of nobody known."""
    conversation = Conversation(
        id=secrets.token_hex(16), customer_id=customer_id, channel=channel, language=language, opened_at=now
    )
    session.add(conversation)
    await session.flush()
    await add_event(
        session, "chat_started", customer_id=customer_id, at=now, conversation_id=conversation.id,
        properties={"channel": channel, "language": language},
    )  # fmt: skip
    return conversation
