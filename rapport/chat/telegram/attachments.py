"""Pictures, files and places: what a customer sends beside words."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from telegram import Bot
from telegram.error import TelegramError

from rapport.chat.errors import RefusedFileError
from rapport.chat.files import LARGEST_FILE, store_file
from rapport.chat.gateway import receive_file
from rapport.chat.telegram.heard import Heard, Hearing
from rapport.chat.telegram.pickup_points import nearest_text
from rapport.chat.telegram.values import Located, SentFile
from rapport.chat.telegram.words import words
from rapport.store.conversations import Conversation
from rapport.store.telegram import note_shown

DOWNLOAD_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file and its bytes; None: it could not be had. `refused`: it is larger than we take."""

    sent: SentFile
    content: bytes | None = None
    refused: bool = False


async def fetch(bot: Bot, sent: SentFile) -> Fetched:
    """The file by the API's getFile, the size looked at first."""
    if sent.size > LARGEST_FILE:
        return Fetched(sent, refused=True)
    try:
        async with asyncio.timeout(DOWNLOAD_SECONDS):
            file = await bot.get_file(sent.file_id)
            if (file.file_size or 0) > LARGEST_FILE:
                return Fetched(sent, refused=True)
            return Fetched(sent, bytes(await file.download_as_bytearray()))
    except (TelegramError, TimeoutError):
        return Fetched(sent)


async def hear_file(hearing: Hearing, fetched: Fetched, folder: Path) -> Heard:
    """The file is received by the rules of the chat's files, and then what she wrote under it."""
    say = words(await hearing.language())
    if fetched.content is None:
        return await hearing.say(say.file_refused if fetched.refused else say.file_lost)
    sent, conversation_id = fetched.sent, hearing.conversation_id
    try:
        stored = await asyncio.to_thread(
            store_file, folder, conversation_id, name=sent.name, media_type=sent.media_type, content=fetched.content
        )
    except RefusedFileError:
        return await hearing.say(say.file_refused)
    received = await receive_file(
        hearing.session, conversation_id, stored, client_id=hearing.client_id(), key=hearing.key, now=hearing.now,
        terms=hearing.terms,
    )  # fmt: skip
    if not sent.caption.strip():
        # The rows must tell: an answer may stand behind the file.
        return Heard(conversation_id, replace(received, said=None))
    return await _caption(hearing, sent)


async def _caption(hearing: Hearing, sent: SentFile) -> Heard:
    heard = await hearing.receive(sent.caption, part=":words")
    if heard.received is None:
        return heard
    here, seq = hearing.conversation_id, heard.received.seq
    await note_shown(hearing.session, hearing.chat.chat_id, sent.message_id, conversation_id=here, seq=seq)
    return Heard(here, replace(heard.received, said=None))


async def hear_location(hearing: Hearing, here: Located) -> Heard:
    """The assistant tells the nearest pick-up point and keeps nothing; a person is told where she is."""
    mine = Conversation.id == hearing.conversation_id
    row = (await hearing.session.execute(select(Conversation.responder, Conversation.language).where(mine))).one()
    if row.responder == "assistant":
        return await hearing.say(nearest_text(hearing.points, here, row.language), author="assistant")
    place = words(row.language).location.format(latitude=here.latitude, longitude=here.longitude)
    return await hearing.receive(place)


async def hear_unreadable(hearing: Hearing) -> Heard:
    """A kind word, and how else she can say it."""
    return await hearing.say(words(await hearing.language()).unreadable)
