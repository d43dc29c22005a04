"""Follows the conversations that are reached by Telegram, and has told there what is said in them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot
from telegram.error import TelegramError

from rapport.background import beside
from rapport.chat.gateway import CHAT
from rapport.chat.telegram.places import Places
from rapport.chat.telegram.voice import Voice
from rapport.messaging.telegram.sending import Post
from rapport.messaging.telegram.shop import Shop
from rapport.store.signals import News
from rapport.store.telegram_speaking import chats_of, release, waiting_to_be_told
from rapport.web.chat.desk import Desk
from rapport.web.services import Services

log = logging.getLogger(__name__)
# Whether a conversation is reached by Telegram is asked for several at once.
GATHER_SECONDS = 0.02
# A place in the queue changes without a change of the conversation; a crashed process leaves things untold.
PLACE_SECONDS, SWEEP_SECONDS = 5.0, 15.0
# An answer that comes sooner needs no sign that it comes; Telegram shows the sign for five seconds.
TYPING_AFTER, TYPING_SECONDS = 0.6, 4.5
RETRY_SECONDS = 1.0


class Speaker:
    """Hears every topic; a task per conversation tells what is new, and another shows that somebody types."""

    def __init__(self, services: Services, desk: Desk, voice: Voice) -> None:
        self.voice = voice
        self._services, self._typing, self._places = services, desk.typing, Places(voice, desk.terms_now)
        self._chats: dict[str, int] = {}
        self._unknown: set[str] = set()
        self._again: set[str] = set()
        self._telling: dict[str, asyncio.Task[None]] = {}
        self._signs: dict[str, asyncio.Task[None]] = {}
        self._heard = asyncio.Event()
        self._sweep_due = True

    def hear(self, topic: str | None, news: News) -> None:
        """A signal. What the customer herself says is not told her; `()` is that somebody types."""
        if topic is None:
            self._sweep_due = True
            self._heard.set()
        elif topic.startswith(CHAT):
            conversation_id = topic.removeprefix(CHAT)
            if news is None or any(one.author != "customer" for one in news):
                self._changed(conversation_id)
            elif not news and conversation_id in self._chats:
                self._show_typing(conversation_id)

    async def run(self) -> None:
        """Until it is cancelled."""
        places_at = sweep_at = 0.0
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._heard.wait(), PLACE_SECONDS)
                await asyncio.sleep(GATHER_SECONDS)
            self._heard.clear()
            now = asyncio.get_running_loop().time()
            try:
                await self._meet()
                if self._sweep_due or now >= sweep_at:
                    self._sweep_due, sweep_at = False, now + SWEEP_SECONDS
                    await self._sweep()
                if now >= places_at:
                    places_at = now + PLACE_SECONDS
                    await self._places.tick()
            except SQLAlchemyError:
                log.exception("what is to be told by Telegram could not be read; it is looked for again")
                await asyncio.sleep(RETRY_SECONDS)
                self._sweep_due = True

    async def close(self) -> None:
        """Stops, and lets go of every chat: the next process need not wait."""
        tasks = [*self._telling.values(), *self._signs.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with self._services.database.session() as session:
            await release(session, by=self.voice.by)

    def _changed(self, conversation_id: str) -> None:
        if conversation_id in self._chats:
            self._start(conversation_id)
        else:
            self._unknown.add(conversation_id)
            self._heard.set()

    async def _meet(self) -> None:
        unknown, self._unknown = self._unknown, set()
        if unknown:
            async with self._services.database.reading() as session:
                met = await chats_of(session, unknown)
            self._chats |= met
            for conversation_id in met:
                self._start(conversation_id)

    async def _sweep(self) -> None:
        async with self._services.database.reading() as session:
            behind = await waiting_to_be_told(session, now=self._services.clock().timestamp())
        self._unknown |= {one for one in behind if one not in self._telling}
        await self._meet()

    def _start(self, conversation_id: str) -> None:
        self._again.add(conversation_id)
        if conversation_id not in self._telling:
            self._telling[conversation_id] = asyncio.create_task(self._tell(conversation_id))

    async def _tell(self, conversation_id: str) -> None:
        try:
            while conversation_id in self._again:
                self._again.discard(conversation_id)
                shown = await self.voice.tell(conversation_id)
                if shown is not None:
                    self._places.note(shown)
        except SQLAlchemyError:
            log.exception("what is new in a conversation could not be told; it is tried again with the next sweep")
        finally:
            del self._telling[conversation_id]

    def _show_typing(self, conversation_id: str) -> None:
        if conversation_id not in self._signs and self._typists(conversation_id):
            self._signs[conversation_id] = asyncio.create_task(self._sign(conversation_id))

    async def _sign(self, conversation_id: str) -> None:
        try:
            await asyncio.sleep(TYPING_AFTER)
            while self._typists(conversation_id) and (chat_id := await self._chat_of(conversation_id)) is not None:
                await self.voice.post.type(chat_id)
                await asyncio.sleep(TYPING_SECONDS)
        except (TelegramError, SQLAlchemyError) as error:
            log.info("typing could not be shown: %s", type(error).__name__)
        finally:
            del self._signs[conversation_id]

    async def _chat_of(self, conversation_id: str) -> int | None:
        """Asked anew: she may have gone back to the page, or parted the chat from this conversation."""
        async with self._services.database.reading() as session:
            return (await chats_of(session, [conversation_id])).get(conversation_id)

    def _typists(self, conversation_id: str) -> frozenset[str]:
        return self._typing.authors(conversation_id) - {"customer"}


@asynccontextmanager
async def speaking(services: Services, desk: Desk, bot: Bot | None) -> AsyncIterator[Speaker | None]:
    """The speaker of this process, for as long as the block lasts; None without a bot."""
    if bot is None:
        yield None
        return
    settings = services.settings
    shop = Shop(settings.public_url, settings.var_dir / "pictures")
    voice = Voice(services.database, Post(bot), shop, settings.var_dir / "files", key=desk.key, clock=services.clock)
    speaker = Speaker(services, desk, voice)
    with services.signals.watched(speaker):
        try:
            async with beside(speaker.run()):
                yield speaker
        finally:
            await speaker.close()
