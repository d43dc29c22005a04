"""What the hearers are given, and what they give back to be done once their transaction has committed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.buttons import Button
from rapport.chat.gateway import Received, receive, tell_other_processes
from rapport.chat.telegram.chats import spoken_in
from rapport.chat.telegram.pickup_points import PickupPoint
from rapport.chat.terms import Terms
from rapport.store.conversations import Author, append_message
from rapport.store.telegram import TelegramChat

Later = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Heard:
    """The conversation something was said in, what of it was the customer's, and calls to Telegram for later."""

    conversation_id: str | None = None
    received: Received | None = None
    later: tuple[Later, ...] = ()


@dataclass(frozen=True, slots=True)
class Hearing:
    """One update in one chat, within a transaction. `form` is what was asked last, where it was a form."""

    session: AsyncSession
    chat: TelegramChat
    update_id: int
    now: datetime
    key: str
    terms: Terms
    points: tuple[PickupPoint, ...]
    form: Mapping[str, Any] | None

    @property
    def conversation_id(self) -> str:
        # Asked anew each time: a deep link may lead into another conversation. A chat that is heard has one.
        return self.chat.conversation_id or ""

    async def language(self) -> str:
        """What is spoken in the conversation now."""
        return await spoken_in(self.session, self.chat)

    def client_id(self, part: str = "") -> str:
        return f"telegram:{self.update_id}{part}"

    async def receive(self, said: str | Button, *, part: str = "", later: tuple[Later, ...] = ()) -> Heard:
        """The customer said this."""
        received = await receive(
            self.session, self.conversation_id, self.client_id(part), said, now=self.now, terms=self.terms
        )
        return Heard(self.conversation_id, received, later)

    async def say(
        self, text: str, *, author: Author = "system", payload: str | None = None, later: tuple[Later, ...] = ()
    ) -> Heard:
        """We say this; `payload`: what the keys under it ask."""
        await append_message(self.session, self.conversation_id, author, text, at=self.now, payload=payload)
        await tell_other_processes(self.session, self.conversation_id, desk=True)
        return Heard(self.conversation_id, None, later)
