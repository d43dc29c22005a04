"""`/start PAYLOAD`: what a link into the chat is for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.buttons import Button
from rapport.store.telegram import TelegramChat

GREETING = Button("/start", "/greet")


async def start_with(
    session: AsyncSession, chat: TelegramChat, payload: str, *, key: str, now: datetime
) -> Button | None:
    """Does what the link is for; gives what the customer thereby says in the chat's conversation, None: nothing.

    A payload that means nothing (any more) is a bare /start: she is greeted.
    """
    return GREETING
