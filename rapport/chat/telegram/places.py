"""The place in the queue as Telegram shows it: the line that told it is kept true."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from telegram.error import TelegramError

from rapport.chat.errors import UnknownConversationError
from rapport.chat.state import State, view_after
from rapport.chat.telegram.voice import Shown, Voice
from rapport.chat.terms import TermsNow
from rapport.chat.words import queued
from rapport.messaging.telegram.calls import Call
from rapport.messaging.telegram.keys import back_to_assistant
from rapport.messaging.telegram.rich import plain

log = logging.getLogger(__name__)
NOTHING_AFTER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Places:
    """The lines of who waits, and the place each of them tells. Who waits no more need not leave the queue."""

    voice: Voice
    terms: TermsNow
    _lines: dict[str, Shown] = field(default_factory=dict)
    _told: dict[str, int | None] = field(default_factory=dict)

    def note(self, shown: Shown) -> None:
        """The newest line of a conversation: one of the queue is kept true from now on."""
        if shown.queued:
            self._told.pop(shown.conversation_id, None)
            self._lines[shown.conversation_id] = shown

    async def tick(self) -> None:
        """Looks at every line once."""
        for conversation_id, shown in list(self._lines.items()):
            try:
                await self._keep_true(shown, await self._state(conversation_id))
            except (TelegramError, UnknownConversationError) as error:
                log.info("a place in the queue is told no more: %s", error)
                self._forget(conversation_id)

    async def _state(self, conversation_id: str) -> State:
        async with self.voice.database.reading() as session:
            view = await view_after(
                session, conversation_id, NOTHING_AFTER, now=self.voice.clock(), terms=self.terms()
            )
        return view.state

    async def _keep_true(self, shown: Shown, state: State) -> None:
        if state.responder != "queue":
            self._forget(shown.conversation_id)
            await self.voice.post.take_keys(shown.chat_id, shown.message_id)
            return
        told = self._told.setdefault(shown.conversation_id, state.position)
        if state.position is not None and state.position != told:
            self._told[shown.conversation_id] = state.position
            text = queued(shown.language, state.position, state.wait_seconds)
            await self.voice.edit(shown, Call("sendMessage", plain(text), back_to_assistant(shown.language)))

    def _forget(self, conversation_id: str) -> None:
        self._lines.pop(conversation_id, None)
        self._told.pop(conversation_id, None)
