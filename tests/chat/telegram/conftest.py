"""A customer in Telegram, her conversation, and the voice that tells her what is said in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from demo.bot_api import BotApi
from demo.bot_api.people import Person
from rapport.chat.telegram.voice import Voice
from rapport.clock import utc_now
from rapport.messaging.telegram.sending import Post
from rapport.messaging.telegram.shop import Shop
from rapport.messaging.telegram_bot import open_bot, reference_in
from rapport.settings import Settings
from rapport.store.conversations import Author, Conversation, append_message
from rapport.store.database import Database
from rapport.store.telegram import TelegramButton, TelegramChat

KEY = "a key that is only for tests, long enough"


@dataclass
class Scene:
    """A customer in Telegram, her conversation, and the voice that tells her what is said in it."""

    database: Database
    voice: Voice
    api: BotApi
    person: Person
    conversation_id: str

    async def say(self, author: Author, text: str, **parts: Any) -> None:
        async with self.database.session() as session:
            await append_message(session, self.conversation_id, author, text, at=utc_now(), **parts)

    async def tell(self) -> list[str]:
        """Tells what is new; gives all she has read."""
        await self.voice.tell(self.conversation_id)
        return [shown.text for shown in self.person.heard]

    async def set(self, **values: Any) -> None:
        async with self.database.session() as session:
            await session.execute(
                update(Conversation).where(Conversation.id == self.conversation_id).values(**values)
            )

    async def meaning(self, title: str) -> tuple[str, str]:
        """What the button with this title on the newest message stands for: its words, its payload."""
        [button] = [one for one in self.person.heard[-1].buttons if one["text"] == title]
        ref = reference_in(button["callback_data"], self.person.id, key=KEY)
        async with self.database.reading() as session:
            row = (await session.scalars(select(TelegramButton).where(TelegramButton.ref == ref))).one()
        return row.title, row.payload


async def opened(database: Database, voice: Voice, api: BotApi, name: str) -> Scene:
    person = api.person(name)
    person.start()
    scene = Scene(database, voice, api, person, name.ljust(32, "0"))
    async with database.session() as session:
        session.add(Conversation(id=scene.conversation_id, channel="telegram", language="en", opened_at=utc_now()))
        await session.flush()
        session.add(
            TelegramChat(chat_id=person.id, conversation_id=scene.conversation_id, language="en", opened_at=utc_now())
        )
    return scene


@pytest.fixture
async def voice(database: Database, bot_api: BotApi, tmp_path: Path) -> AsyncIterator[Voice]:
    settings = Settings(_env_file=None, telegram_token=SecretStr(bot_api.token), telegram_api_url=bot_api.url)
    async with open_bot(settings) as bot:
        assert bot is not None
        async with bot:
            yield Voice(database, Post(bot), Shop("https://shop.example", tmp_path), tmp_path, key=KEY, clock=utc_now)


@pytest.fixture
async def scene(database: Database, voice: Voice, bot_api: BotApi) -> Scene:
    return await opened(database, voice, bot_api, "mei")
