"""What the keys that only Telegram has do: stars, the way out of the queue, another product of a message."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.responder import leave_queue, rate
from rapport.chat.terms import TERMS, Terms
from rapport.messaging.telegram.keys import ASSISTANT, PAGE, STARS


def page_wanted(payload: str) -> int | None:
    """The number of the page, from 0, where the key turns to one."""
    name, _, number = payload.partition(" ")
    return int(number) if name == PAGE and number.isdecimal() else None


async def pressed_here(
    session: AsyncSession, conversation_id: str, payload: str, *, now: datetime, terms: Terms = TERMS
) -> bool:
    """Does what the key says; False where the key is no such key, but an answer for the gateway.

    Raises UnknownConversationError and WithAgentError.
    """
    name, _, number = payload.partition(" ")
    if name == STARS and number in ("1", "2", "3", "4", "5"):
        await rate(session, conversation_id, stars=int(number), comment="", now=now)
    elif name == ASSISTANT:
        await leave_queue(session, conversation_id, now=now, terms=terms)
    else:
        return False
    return True
