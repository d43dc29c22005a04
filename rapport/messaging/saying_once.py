"""A message of the outbox as a line of a conversation: said once, however often it is tried."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.messaging.bot_post import BotPost
from rapport.messaging.line import Line
from rapport.store.conversations import Author, Standing, Utterance, append_message, seq_of_client
from rapport.store.signals import send_signal


async def say_once(
    session: AsyncSession, conversation_id: str, standing: Standing, line: Line | BotPost, *, at: datetime
) -> Utterance | None:
    """Appends the line and wakes the streams; None where it stands there already."""
    if await seq_of_client(session, conversation_id, line.key) is not None:
        return None
    # Beside a person the assistant does not speak; what is owed is said without a voice.
    author: Author = "assistant" if standing.responder == "assistant" else "system"
    cards = [dict(card) for card in line.cards] or None
    said = await append_message(session, conversation_id, author, line.text, at=at, client_id=line.key, cards=cards)
    await send_signal(session, f"chat:{conversation_id}")
    return said
