"""What the assistant understood of a customer's messages, by their number in the conversation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.events import Event

UNDERSTOOD = "message_understood"
Message = tuple[str, int]


async def understood(session: AsyncSession, messages: Iterable[Message]) -> Mapping[Message, dict[str, Any]]:
    """(conversation, seq) → the properties of its event; a message no assistant was told has none."""
    keys = {f"{conversation}:{seq}:0": (conversation, seq) for conversation, seq in messages}
    statement = select(Event.key, Event.properties).where(Event.key.in_(keys), Event.name == UNDERSTOOD)
    return {keys[key]: told for key, told in await session.execute(statement) if key}
