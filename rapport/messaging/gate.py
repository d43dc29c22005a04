"""Whether a message may still be sent: asked again when it is claimed, for much may have happened since."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.messages import Message


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not now, with the reason; with `again_at` it is only a matter of time, without it for good."""

    reason: str
    again_at: datetime | None = None


Gate = Callable[[AsyncSession, Message, datetime], Awaitable[Refusal | None]]
