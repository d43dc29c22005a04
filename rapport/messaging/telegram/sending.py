"""Calls as requests of the bot: sent once, or a message already there made into what it shall be."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from telegram import Bot, InputMediaPhoto, Message, MessageEntity
from telegram.error import BadRequest

from rapport.messaging.telegram.calls import Call

NO_PREVIEW = {"is_disabled": True}
SAME = "message is not modified"
MOST_KEPT = 10_000


@contextmanager
def same_is_fine() -> Iterator[None]:
    """Telegram refuses to change a message into what it is already."""
    try:
        yield
    except BadRequest as error:
        if SAME not in error.message.casefold():
            raise


class Post:
    """Sends by this bot. A picture of the shop goes up once; afterwards Telegram knows it by its number."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self._numbers: dict[Path, str] = {}

    async def send(self, chat_id: int, call: Call, markup: dict[str, Any] | None) -> int:
        """The number of the new message. Raises TelegramError."""
        more: dict[str, Any] = {"reply_markup": markup} if markup else {}
        text, entities = call.body.text, call.body.entities()
        if call.method == "sendMessage" or call.upload is None:
            more |= {"link_preview_options": NO_PREVIEW, **({"entities": entities} if entities else {})}
            return (await self.bot.send_message(chat_id, text, api_kwargs=more)).message_id
        more |= {"caption": text} if text else {}
        more |= {"caption_entities": entities} if entities else {}
        source, name = await self._source(call), call.upload.name
        if call.method == "sendDocument":
            document = await self.bot.send_document(chat_id, source, filename=name, api_kwargs=more)
            return document.message_id
        return self._noted(call, await self.bot.send_photo(chat_id, source, filename=name, api_kwargs=more))

    async def edit(self, chat_id: int, message_id: int, call: Call, markup: dict[str, Any] | None) -> None:
        """Makes the message what the call says. Raises TelegramError; one that is so already is fine."""
        with same_is_fine():
            await self._edit(chat_id, message_id, call, {"reply_markup": markup} if markup else {})

    async def take_keys(self, chat_id: int, message_id: int) -> None:
        """The message has no keys any more. Raises TelegramError."""
        with same_is_fine():
            await self.bot.edit_message_reply_markup(chat_id, message_id)

    async def type(self, chat_id: int) -> None:
        """Shows for five seconds that somebody types."""
        await self.bot.send_chat_action(chat_id, "typing")

    async def _edit(self, chat_id: int, message_id: int, call: Call, more: dict[str, Any]) -> None:
        text = call.body.text
        entities = [MessageEntity(**one) for one in call.body.entities()]
        if call.upload is None:
            more |= {"link_preview_options": NO_PREVIEW}
            await self.bot.edit_message_text(text, chat_id, message_id, entities=entities, api_kwargs=more)
            return
        source = await self._source(call)
        photo = InputMediaPhoto(source, caption=text, caption_entities=entities, filename=call.upload.name)
        edited = await self.bot.edit_message_media(photo, chat_id, message_id, api_kwargs=more)
        if isinstance(edited, Message):
            self._noted(call, edited)

    async def _source(self, call: Call) -> bytes | str:
        upload = call.upload
        if upload is None or upload.path is None:
            return upload.url if upload else ""
        known = self._numbers.get(upload.path)
        return known if known else await asyncio.to_thread(upload.path.read_bytes)

    def _noted(self, call: Call, sent: Message) -> int:
        if sent.photo and call.upload and call.upload.path and len(self._numbers) < MOST_KEPT:
            self._numbers[call.upload.path] = sent.photo[-1].file_id
        return sent.message_id
