"""An update is taken once, whoever is sent it, and a conversation takes what Telegram knows of it along."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from rapport.store.conversations import Conversation
from rapport.store.database import Database
from rapport.store.telegram import (
    FORGOTTEN_EVERY,
    TelegramButton,
    TelegramChat,
    TelegramMessage,
    TelegramUpdate,
    take_update,
)

CHAT = 5_000_000_001


async def test_of_many_who_are_sent_one_update_one_takes_it(database: Database, now: datetime) -> None:
    async def take() -> bool:
        async with database.session() as session:
            return await take_update(session, 2**40, now=now)

    assert sorted(await asyncio.gather(*(take() for _ in range(8)))) == [False] * 7 + [True]


async def test_old_updates_are_forgotten_and_young_ones_are_not(database: Database, now: datetime) -> None:
    async with database.session() as session:
        for update_id, at in ((1, now - timedelta(days=3)), (2, now - timedelta(days=1)), (FORGOTTEN_EVERY, now)):
            assert await take_update(session, update_id, now=at)
        assert (await session.scalars(select(TelegramUpdate.update_id).order_by(TelegramUpdate.update_id))).all() == [
            2,
            FORGOTTEN_EVERY,
        ]


async def test_with_a_conversation_goes_all_that_telegram_shows_of_it(database: Database, now: datetime) -> None:
    async with database.session() as session:
        session.add(Conversation(id="c", channel="telegram", language="zh", opened_at=now))
        await session.flush()
        session.add(TelegramChat(chat_id=CHAT, conversation_id="c", language="zh", name="美", opened_at=now))
        await session.flush()
        session.add(TelegramButton(ref="r", chat_id=CHAT, conversation_id="c", seq=1, payload="/greet", title="你好"))
        session.add(TelegramMessage(chat_id=CHAT, message_id=7, conversation_id="c", seq=1))
        await session.flush()
        await session.execute(delete(Conversation))
    async with database.reading() as session:
        for table in (TelegramChat, TelegramButton, TelegramMessage):
            assert (await session.scalars(select(table))).all() == []
