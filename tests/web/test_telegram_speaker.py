"""The running application tells Telegram what is said in conversations that are reached by it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from demo.bot_api import BotApi
from demo.bot_api.people import Person
from rapport.chat.gateway import receive
from rapport.clock import utc_now
from rapport.store.database import Database
from rapport.store.telegram import TelegramChat
from tests.web.conftest import Client, Running


@dataclass
class Reached:
    """A customer of the shop's page whose conversation is reached by Telegram, too."""

    client: Client
    person: Person
    database: Database

    async def writes(self, text: str) -> None:
        """She writes in Telegram: received as its door does."""
        given, desk, here = self.client.app.state.services, self.client.app.state.desk, self.client.conversation_id
        async with given.database.session() as session:
            received = await receive(session, here, secrets.token_hex(8), text, now=given.clock(), channel="telegram")
        desk.turns.start(here, received.turn)


@pytest.fixture
async def reached(running: Running, bot_api: BotApi) -> AsyncIterator[Reached]:
    person = bot_api.person("Mei")
    person.start()
    token = {"telegram_token": SecretStr(bot_api.token), "telegram_api_url": bot_api.url, "telegram_updates": "off"}
    async with running(**token) as client:
        await client.begin(locale="en")
        database = Database(client.settings.database_url)
        async with database.session() as session:
            chat = TelegramChat(chat_id=person.id, language="en", opened_at=utc_now())
            chat.conversation_id = client.conversation_id
            session.add(chat)
        yield Reached(client, person, database)
        await database.close()


async def test_an_answer_is_told_and_the_question_is_not(reached: Reached) -> None:
    await reached.writes("hello there")
    assert [shown.text for shown in await reached.person.hears(1)] == ["You said: hello there"]
    await reached.writes("and more")
    heard = await reached.person.hears(2)
    assert [shown.text for shown in heard] == ["You said: hello there", "You said: and more"]
    assert reached.person.api.calls_to("sendChatAction") == []


async def test_an_assistant_that_thinks_is_seen_to_type(reached: Reached) -> None:
    await reached.writes("hello there")
    await reached.person.hears(1)
    reached.client.rasa.hang()
    await reached.writes("something hard")
    await reached.person.api.until(lambda: reached.person.api.calls_to("sendChatAction", chat=reached.person.id))
    reached.client.rasa.gate.set()
    await reached.person.hears(2)


async def test_who_stops_lets_go_of_every_chat(running: Running, bot_api: BotApi, reached: Reached) -> None:
    await reached.writes("hello there")
    await reached.person.hears(1)
    async with reached.database.reading() as session:
        held = select(func.count()).where(TelegramChat.held_by.is_not(None), TelegramChat.sent_seq >= 2)
        assert await session.scalar(held) == 0


async def test_products_that_the_bot_is_asked_for_are_turned_by_its_keys(running: Running, bot_api: BotApi) -> None:
    cards = [{"sku": sku, "name": sku, "price": "¥9", "picture": f"/pictures/{sku}.svg"} for sku in ("A", "B")]
    person = bot_api.person("Mei")
    async with running(telegram_token=SecretStr(bot_api.token), telegram_api_url=bot_api.url) as client:
        client.rasa.answer = lambda question: [{"text": "Here you are:", "custom": {"cards": cards}}]
        person.write("Do you have cups?")
        assert [shown.text for shown in await person.hears(1)] == ["Here you are:\n\nA\n¥9"]
        query = person.press("›")
        await bot_api.until(lambda: person.heard[-1].text == "Here you are:\n\nB\n¥9" and query.answer)
        person.press("Details")
        await person.hears(2)
        assert client.rasa.said()[-1] == '/product_details{"product": "B"}'
    assert [call.method for call in bot_api.calls if call.status != 200 and call.method != "getUpdates"] == []
