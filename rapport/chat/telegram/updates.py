"""Updates: each taken once, those of one chat in order, stored before Telegram is told that it has arrived."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot, Update
from telegram.error import TelegramError

from rapport.chat.gateway import DESK, topic
from rapport.chat.language import language_of_locale
from rapport.chat.telegram.attachments import Fetched, fetch, hear_file, hear_location, hear_unreadable
from rapport.chat.telegram.chats import CHANNEL, chat_of, first_word_of_group
from rapport.chat.telegram.heard import Heard, Hearing
from rapport.chat.telegram.lanes import Lanes
from rapport.chat.telegram.pickup_points import PickupPoint
from rapport.chat.telegram.pressing import TurnPage, hear_pressed
from rapport.chat.telegram.saying import hear_said
from rapport.chat.telegram.values import (
    USED,
    Blocked,
    Incoming,
    Located,
    MalformedUpdateError,
    Pressed,
    Said,
    SentFile,
    What,
    incoming,
    number_of,
    parsed,
    query_in,
)
from rapport.chat.telegram.words import words
from rapport.chat.terms import TermsNow
from rapport.chat.turns import Turns
from rapport.clock import Clock
from rapport.messaging.leaving import BLOCKED, leave_telegram, unblocked_telegram
from rapport.settings import Language
from rapport.store.database import AWAY, Database
from rapport.store.signals import Signals
from rapport.store.telegram import channel_and_form, go_on_by, take_update, was_taken

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Updates:
    """`allowed` counts what a conversation brings and says whether that is still within its limit; `files` is where
    files are kept; `language` is spoken with who has shown none."""

    bot: Bot
    database: Database
    signals: Signals
    turns: Turns
    clock: Clock
    key: str
    terms: TermsNow
    language: Language
    files: Path
    points: tuple[PickupPoint, ...]
    allowed: Callable[[str], bool]
    turn_page: TurnPage
    _lanes: Lanes = field(default_factory=Lanes)
    _later: set[asyncio.Task[None]] = field(default_factory=set)
    _flooding: set[int] = field(default_factory=set)

    async def receive(self, data: Any) -> None:
        """Takes an update as it came, in JSON; one of a shape not known here is noted as taken and left at that.

        Raises MalformedUpdateError where it is no update at all, and one of `AWAY` as `take` does.
        """
        number = number_of(data)
        try:
            await self.take(parsed(data, self.bot))
        except MalformedUpdateError:
            # Refused, it would be brought again and again, before everybody else's. What it says is hers: not logged.
            log.warning("Update %d (%s) is of no shape known here.", number, ", ".join(sorted(USED & data.keys())))
            async with self.database.session() as session:
                await take_update(session, number, now=self.clock())

    async def take(self, update: Update) -> None:
        """Stores what it says, if nobody has before, and starts its turn.

        Raises MalformedUpdateError, and one of `AWAY` where the database does not answer: then it was not taken.
        """
        if query := query_in(update):
            # At once, whatever the database is doing, and also where nothing follows from it.
            self._soon(self.bot.answer_callback_query(query))
        found = incoming(update)
        if found is None:
            return
        async with self._lanes.of(found.writer.chat_id):
            await self._take(found)

    async def close(self) -> None:
        """Waits for the calls that are under way."""
        await asyncio.gather(*self._later, return_exceptions=True)

    async def _take(self, found: Incoming) -> None:
        try:
            heard = await self._heard(found)
        except AWAY:
            raise
        except Exception:
            # Our mistake: sent again, it would only fail again, and hold up everybody behind it.
            log.exception("Update %d could not be understood and is left at that.", found.update_id)
            return
        self._act_on(heard)

    async def _heard(self, found: Incoming) -> Heard:
        what = await self._fetched(found)
        async with self.database.session() as session:
            if not await take_update(session, found.update_id, now=self.clock()):
                return Heard()
            if found.writer.kind == "group":
                return await self._in_group(session, found)
            if isinstance(found.what, Blocked):
                return await self._blocked(session, found, blocked=found.what.blocked)
            return await self._from_customer(session, found, what)

    async def _fetched(self, found: Incoming) -> What | Fetched:
        """A file is fetched before the transaction begins: on SQLite everybody would wait for it."""
        if not isinstance(found.what, SentFile) or found.writer.kind == "group":
            return found.what
        async with self.database.reading() as session:
            if await was_taken(session, found.update_id):
                return Fetched(found.what)
        return await fetch(self.bot, found.what)

    async def _from_customer(self, session: AsyncSession, found: Incoming, what: What | Fetched) -> Heard:
        now = self.clock()
        chat = await chat_of(session, found.writer, otherwise=self.language, now=now)
        channel, form = await channel_and_form(session, chat.conversation_id or "")
        hearing = Hearing(session, chat, found.update_id, now, self.key, self.terms(), self.points, form)
        if channel != CHANNEL:
            await go_on_by(session, hearing.conversation_id, CHANNEL)
        if not self.allowed(hearing.conversation_id):
            return await self._too_many(hearing)
        self._flooding.discard(chat.chat_id)
        if isinstance(what, Said):
            return await hear_said(hearing, what)
        if isinstance(what, Pressed):
            return await hear_pressed(hearing, what, self.bot, self.turn_page)
        if isinstance(what, Fetched):
            return await hear_file(hearing, what, self.files)
        if isinstance(what, Located):
            return await hear_location(hearing, what)
        return await hear_unreadable(hearing)

    async def _too_many(self, hearing: Hearing) -> Heard:
        """Said once, until there is room again."""
        if hearing.chat.chat_id in self._flooding:
            return Heard()
        self._flooding.add(hearing.chat.chat_id)
        return await hearing.say(words(await hearing.language()).too_many)

    async def _in_group(self, session: AsyncSession, found: Incoming) -> Heard:
        writer = found.writer
        removed = isinstance(found.what, Blocked) and found.what.blocked
        now = self.clock()
        if removed or not await first_word_of_group(session, writer, otherwise=self.language, now=now):
            return Heard()
        text = words(language_of_locale(writer.locale, otherwise=self.language)).group
        return Heard(later=(lambda: self.bot.send_message(writer.chat_id, text),))

    async def _blocked(self, session: AsyncSession, found: Incoming, *, blocked: bool) -> Heard:
        chat_id = found.writer.chat_id
        if blocked:
            await leave_telegram(session, chat_id, reason=BLOCKED, source="telegram_blocked", at=self.clock())
        else:
            await unblocked_telegram(session, chat_id)
        return Heard()

    def _act_on(self, heard: Heard) -> None:
        """After the commit: who watches is woken, the assistant is asked, Telegram is called."""
        if heard.conversation_id:
            self.signals.wake(topic(heard.conversation_id), heard.received.said if heard.received else None)
            self.signals.wake(DESK)
        if heard.conversation_id and heard.received and heard.received.awaits_assistant:
            self.turns.start(heard.conversation_id, heard.received.turn)
        for call in heard.later:
            self._soon(call())

    def _soon(self, call: Awaitable[object]) -> None:
        task = asyncio.create_task(_quietly(call))
        self._later.add(task)
        task.add_done_callback(self._later.discard)


async def _quietly(call: Awaitable[object]) -> None:
    try:
        await call
    except TelegramError as error:
        # A mark or an acknowledgement that came too late: the conversation itself is not touched by it.
        log.info("Telegram refused a call: %s", error)
