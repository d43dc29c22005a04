"""Several processes are sent the same update; it is one message, in one conversation, and one turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from telegram import Bot

from demo.bot_api import BotApi
from rapport.chat.telegram.pickup_points import PickupPoint
from rapport.chat.telegram.updates import Updates
from rapport.chat.telegram.values import parsed
from rapport.chat.telegram.words import words
from rapport.chat.terms import TERMS
from rapport.messaging.telegram_bot import open_bot
from rapport.settings import Settings
from rapport.store.conversations import ChatMessage, Conversation, append_message
from rapport.store.telegram import TelegramChat
from tests.chat.conftest import KEY, Chat

MEI = 7_000_000_001
BOTH = {"zh": "静安店", "en": "Jing'an"}
POINT = PickupPoint(BOTH, BOTH, BOTH, 31.2248, 121.4469)


@pytest.fixture
async def bot(bot_api: BotApi) -> AsyncIterator[Bot]:
    settings = Settings(_env_file=None, telegram_token=SecretStr(bot_api.token), telegram_api_url=bot_api.url)
    async with open_bot(settings) as bot:
        assert bot is not None
        yield bot


@pytest.fixture
def processes(chat: Chat, bot: Bot, tmp_path: Path) -> list[Updates]:
    return [process(chat, bot, tmp_path) for _ in range(2)]


def process(chat: Chat, bot: Bot, files: Path) -> Updates:
    async def turn(conversation_id: str, chat_id: int, message_id: int, *, seq: int, index: int) -> None:
        raise AssertionError("nobody turned a page")

    return Updates(
        bot, chat.database, chat.signals, chat.turns, lambda: chat.now, key=KEY, terms=lambda: TERMS, language="zh",
        files=files, points=(POINT,), allowed=lambda caller: True, turn_page=turn,
    )  # fmt: skip


def message(number: int, **body: Any) -> dict[str, Any]:
    writer = {"id": MEI, "is_bot": False, "first_name": "Mei", "language_code": "zh"}
    whole = {"message_id": number, "date": 1, "chat": {"id": MEI, "type": "private"}, "from": writer}
    return {"update_id": number, "message": whole | body}


async def take(updates: Updates, data: dict[str, Any]) -> None:
    await updates.take(parsed(data, updates.bot))


async def said(chat: Chat) -> list[tuple[str, str]]:
    async with chat.database.reading() as session:
        rows = await session.execute(select(ChatMessage.author, ChatMessage.text).order_by(ChatMessage.id))
        return [(author, text) for author, text in rows]


async def hand_over(chat: Chat, responder: str) -> None:
    async with chat.database.session() as session:
        await session.execute(update(Conversation).values(responder=responder))


async def test_one_update_to_all_processes_many_times_is_one_turn(chat: Chat, processes: list[Updates]) -> None:
    await asyncio.gather(*(take(one, message(1, text="你好")) for one in processes * 5))
    await chat.turns.idle()
    assert await said(chat) == [("customer", "你好"), ("assistant", "You said: 你好")]
    assert chat.rasa.said() == ["你好"]


async def test_first_messages_at_once_open_one_conversation(chat: Chat, processes: list[Updates]) -> None:
    await asyncio.gather(*(take(processes[n % 2], message(n, text=str(n))) for n in range(1, 9)))
    await chat.turns.idle()
    async with chat.database.reading() as session:
        (opened,) = (await session.scalars(select(TelegramChat))).all()
        mine = select(ChatMessage.text).where(ChatMessage.author == "customer")
        texts = (await session.scalars(mine.where(ChatMessage.conversation_id == opened.conversation_id))).all()
        conversations = (await session.scalars(select(Conversation.id))).all()
    assert sorted(texts) == [str(number) for number in range(1, 9)]
    assert sorted(conversations) == sorted([chat.id, opened.conversation_id or ""])


async def test_a_person_is_told_where_she_is_and_the_assistant_keeps_nothing(
    chat: Chat, processes: list[Updates]
) -> None:
    place = {"latitude": 31.2270, "longitude": 121.4469}
    await take(processes[0], message(1, location=place))
    ((author, text),) = await said(chat)
    assert (author, "31.2270" in text) == ("assistant", False)
    await hand_over(chat, "agent")
    await take(processes[0], message(2, location=place))
    told = words("zh").location.format(latitude=31.2270, longitude=121.4469)
    assert (await said(chat))[1:] == [("customer", told)]


async def test_a_form_is_filled_in_by_lines(chat: Chat, processes: list[Updates]) -> None:
    await take(processes[0], message(1, text="退货"))
    await chat.turns.idle()
    fields = [{"name": "order_id", "label": "订单号", "type": "text", "required": True}]
    async with chat.database.session() as session:
        mine = (await session.scalars(select(TelegramChat.conversation_id))).one()
        assert mine is not None
        form = {"intent": "return_request", "title": "退货", "send": "提交", "fields": fields}
        await append_message(session, mine, "assistant", "请填写", at=chat.now, form=form)
    await take(processes[0], message(2, text="订单号：1234"))
    await chat.turns.idle()
    assert chat.rasa.said()[1] == '/return_request{"order_id": "1234"}'


async def test_an_update_that_breaks_us_holds_up_nobody(chat: Chat, bot: Bot, tmp_path: Path) -> None:
    def broken(caller: str) -> bool:
        raise ZeroDivisionError

    updates = Updates(
        bot, chat.database, chat.signals, chat.turns, lambda: chat.now, key=KEY, terms=lambda: TERMS, language="zh",
        files=tmp_path, points=(), allowed=broken, turn_page=process(chat, bot, tmp_path).turn_page,
    )  # fmt: skip
    await take(updates, message(1, text="你好"))
    assert await said(chat) == []
