"""Tells a Telegram chat what was said in its conversation: in order, once, as fast as Telegram lets us."""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from rapport.clock import Clock
from rapport.messaging.leaving import BLOCKED, leave_telegram
from rapport.messaging.telegram.calls import Call, plainer
from rapport.messaging.telegram.keys import Key, Keys, about_account, back_to_assistant, markup, stars
from rapport.messaging.telegram.rendering import page, rendered
from rapport.messaging.telegram.rich import pieces, plain
from rapport.messaging.telegram.sending import Post
from rapport.messaging.telegram.shop import Shop
from rapport.messaging.telegram_bot import callback_data
from rapport.store.conversations import Conversation, Utterance, messages_after
from rapport.store.database import Database
from rapport.store.telegram_pace import LATE, Moment, give_back, hold_chat, reserve_held
from rapport.store.telegram_speaking import Untold, note_told, offer, pass_over, untold

log = logging.getLogger(__name__)
# Longer than a request may take; each step takes the lease anew, and no sleep is longer than a third of it.
LEASE, LONGEST_SLEEP = 30.0, 10.0
# The loop's clock and the wall's differ by a little.
EARLY = 0.002
MOST_AHEAD = 0.5


@dataclass(frozen=True, slots=True)
class Shown:
    """A message that was just told: which Telegram message shows it, and what keys of the moment it has."""

    conversation_id: str
    chat_id: int
    message_id: int
    seq: int
    language: str
    queued: bool = False


@dataclass(slots=True)
class _Doing:
    """How far the message being told is: its calls that went out, and what is sent where one was refused."""

    seq: int = 0
    done: int = 0
    instead: Call | None = None
    failures: int = 0
    # A moment that was over before the disk had it; the next one is taken so much ahead.
    missed: Moment | None = None
    ahead: float = 0.0

    def at(self, seq: int) -> None:
        if self.seq != seq:
            self.seq, self.done, self.instead, self.failures = seq, 0, None, 0

    def go_on(self) -> None:
        self.done, self.instead, self.failures = self.done + 1, None, 0


@dataclass(frozen=True, slots=True)
class _Step:
    """What is to be sent next, and when; no call: the message has nothing (more) to show. `calls` counts all of its
    calls."""

    news: Untold
    calls: int
    call: Call | None = None
    keyboard: dict[str, Any] | None = None
    moment: Moment | None = None

    @property
    def queued(self) -> bool:
        """Whether it tells a place in the queue."""
        message = self.news.said[0]
        return self.news.responder == "queue" and message.author == "system" and message.seq == self.news.last_seq


@dataclass(frozen=True, slots=True)
class Voice:
    """`files` has a folder of files for each conversation; `key` signs what keys hand back; `by` is this process."""

    database: Database
    post: Post
    shop: Shop
    files: Path
    key: str
    clock: Clock
    by: str = field(default_factory=lambda: secrets.token_hex(8))

    async def tell(self, conversation_id: str) -> Shown | None:
        """Tells all that is new, if no other process is at it; gives the last message told."""
        doing, shown = _Doing(), None
        while (step := await self._next(conversation_id, doing)) is not None:
            chat_id = step.news.chat_id
            sent = await self._send(conversation_id, chat_id, step, doing)
            if sent:
                shown = Shown(conversation_id, chat_id, sent, doing.seq, step.news.language, step.queued)
            if doing.done >= step.calls and await self._told(chat_id, doing.seq):
                return shown
        return shown

    async def turn(self, conversation_id: str, chat_id: int, message_id: int, *, seq: int, index: int) -> None:
        """Makes the message that shows a product of message `seq` show another one; nothing where there is none.

        Raises TelegramError.
        """
        async with self.database.reading() as session:
            conversation = await session.get(Conversation, conversation_id)
            found = await messages_after(session, conversation_id, seq - 1, limit=1)
        if conversation is not None and found and found[0].seq == seq and found[0].cards:
            call = page(found[0], index, self.shop, conversation.language)
            await self.edit(Shown(conversation_id, chat_id, message_id, seq, conversation.language), call)

    async def edit(self, shown: Shown, call: Call) -> None:
        """Makes a message that was told what the call says. Raises TelegramError."""
        rows, keyboard = self._keyboard(shown.conversation_id, shown.chat_id, shown.seq, call.keys)
        async with self.database.session() as session:
            await offer(session, rows)
        await self.post.edit(shown.chat_id, shown.message_id, call, keyboard)

    async def _next(self, conversation_id: str, doing: _Doing) -> _Step | None:
        """None where nothing is new, or another process tells it."""
        async with self.database.session() as session:
            news = await untold(session, conversation_id)
            if news is None:
                return None
            message = news.said[0]
            doing.at(message.seq)
            calls = self._calls(conversation_id, message, news.language, self._of_the_moment(news))
            if doing.done >= len(calls):
                return _Step(news, len(calls))
            call = doing.instead or calls[doing.done]
            if doing.missed is not None:
                await give_back(session, news.chat_id, doing.missed)
                doing.missed = None
            soon = self._now() + doing.ahead
            moment = await reserve_held(session, news.chat_id, by=self.by, now=soon, lease=LEASE)
            if moment is None:
                return None
            rows, keyboard = self._keyboard(conversation_id, news.chat_id, message.seq, call.keys)
            if moment.granted:
                await offer(session, rows)
            return _Step(news, len(calls), call, keyboard, moment)

    async def _send(self, conversation_id: str, chat_id: int, step: _Step, doing: _Doing) -> int:
        """The number of the message that was sent; 0: not yet."""
        call, moment = step.call, step.moment
        if call is None or moment is None:
            return 0
        await self._sleep_until(moment.at)
        late = self._now() - moment.at
        if moment.granted and late > LATE:
            doing.missed, doing.ahead = moment, min(2 * late + doing.ahead, MOST_AHEAD)
        if not moment.granted or late > LATE:
            return 0
        try:
            sent = await self.post.send(chat_id, call, step.keyboard)
        except TelegramError as error:
            await self._refused(conversation_id, chat_id, call, doing, error)
            return 0
        doing.go_on()
        return sent

    async def _told(self, chat_id: int, seq: int) -> bool:
        async with self.database.session() as session:
            return await note_told(session, chat_id, seq)

    async def _refused(
        self, conversation_id: str, chat_id: int, call: Call, doing: _Doing, error: TelegramError
    ) -> None:
        if isinstance(error, Forbidden):
            await self._blocked(chat_id)
        elif isinstance(error, RetryAfter):
            async with self.database.session() as session:
                await hold_chat(session, chat_id, until=self._now() + seconds_of(error))
        elif isinstance(error, BadRequest | ChatMigrated):
            doing.instead = plainer(call)
            if doing.instead is None:
                log.warning("Telegram refuses message %s of %s: %s", doing.seq, conversation_id, error.message)
                doing.go_on()
        else:
            # Whether it arrived nobody knows; said twice is better than not at all.
            log.warning("Telegram could not be reached: %s", type(error).__name__)
            doing.failures += 1
            await asyncio.sleep(min(2.0 ** (doing.failures - 1), LONGEST_SLEEP))

    async def _blocked(self, chat_id: int) -> None:
        async with self.database.session() as session:
            await pass_over(session, chat_id)
            await leave_telegram(session, chat_id, reason=BLOCKED, source="telegram_blocked", at=self.clock())

    def _calls(self, conversation_id: str, message: Utterance, language: str, more: Keys) -> list[Call]:
        try:
            return rendered(message, self.shop, language, files=self.files / conversation_id, more=more)
        except (KeyError, TypeError, ValueError, AttributeError):
            # A part of a shape nobody foresaw must not silence the chat for good.
            log.exception("message %s of %s is told by its words alone", message.seq, conversation_id)
            return [Call("sendMessage", piece) for piece in pieces(plain(message.text))]

    def _of_the_moment(self, news: Untold) -> Keys:
        """What only Telegram asks, under the line that asks it; the way out of the queue; or stars."""
        message = news.said[0]
        if message.author == "system" and message.payload:
            return about_account(message.payload, news.language)
        if message.author != "system" or message.seq != news.last_seq:
            return ()
        if news.responder == "queue":
            return back_to_assistant(news.language)
        return stars() if news.unrated else ()

    def _keyboard(
        self, conversation_id: str, chat_id: int, seq: int, keys: Keys
    ) -> tuple[list[dict[str, object]], dict[str, Any] | None]:
        rows: list[dict[str, object]] = []

        def data(key: Key) -> str:
            ref = secrets.token_urlsafe(12)
            rows.append(
                {"ref": ref, "chat_id": chat_id, "conversation_id": conversation_id, "seq": seq}
                | {"payload": key.payload, "title": key.said or key.title}
            )
            return callback_data(ref, chat_id, key=self.key)

        keyboard = markup(keys, data)
        return rows, keyboard

    async def _sleep_until(self, moment: float) -> None:
        """Never wakes before it, but for the lease's sake."""
        end = min(moment, self._now() + LONGEST_SLEEP)
        if end <= self._now():
            return
        await asyncio.sleep(max(0.0, end - self._now()))
        if (early := end - self._now()) > 0:
            await asyncio.sleep(early + EARLY)

    def _now(self) -> float:
        return self.clock().timestamp()


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram wants to be left alone."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
