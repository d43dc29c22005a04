"""A rule's message comes by the bot, is answered there, and stands in the conversation that people read."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from demo.bot_api import BotApi
from rapport.clock import utc_now
from rapport.marketing.rulebook import RuleFolder
from rapport.messaging.opening import open_outbox
from rapport.store.consents import record_consent
from rapport.store.conversations import ChatMessage, Conversation
from rapport.store.customers import add_customer
from rapport.store.database import Database
from rapport.store.messages import queue_message
from rapport.store.products import Product
from rapport.store.signals import Signals
from tests.web.conftest import Running

SKU = "P-0"


async def queue_push(database: Database, chat_id: int, language: str) -> None:
    """She has agreed to suggestions by Telegram, and one is due where she is: at noon."""
    now = utc_now()
    async with database.session() as session:
        names = {"zh": "云雾茶", "en": "Mist Tea"}
        session.add(Product(sku=SKU, names=names, descriptions={}, price_minor=8800, stock=5))
        mei = await add_customer(
            session, {"telegram": str(chat_id)}, now=now, language=language, time_zone=f"Etc/GMT{now.hour - 12:+d}"
        )
        (await session.scalars(select(Conversation))).one().customer_id = mei.id
        await record_consent(
            session, mei.id, channel="telegram", purpose="recommendations", granted=True, at=now, source="chat"
        )
        await queue_message(
            session, key="k", customer_id=mei.id, channel="telegram", purpose="recommendations",
            template="recommendations", language=language, context={"products": [SKU]}, now=now, due_at=now,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "posted"),
    [("zh", "您之前问起的这几样，现在都还有货："), ("en", "The things you asked about are still in stock:")],
)
async def test_a_push_is_answered(running: Running, bot_api: BotApi, language: str, posted: str) -> None:
    person = bot_api.person("Mei", language=language)
    token = {"telegram_token": SecretStr(bot_api.token), "telegram_api_url": bot_api.url}
    async with running(**token, telegram_updates="polling") as client:
        person.start()
        await person.hears(1)
        database = Database(client.settings.database_url)
        await queue_push(database, person.id, language)
        outbox = open_outbox(
            client.settings, database, rules=RuleFolder(client.settings.rules_dir), clock=utc_now, name="push"
        )
        stop = asyncio.Event()
        # It has just been greeted: the chat's second is over in the worker's own time.
        working = asyncio.create_task(outbox.run(stop, Signals()))
        assert (await person.hears(2))[-1].text.splitlines()[0] == posted
        stop.set()
        await working
        person.write("tell me more")
        assert [shown.text for shown in await person.hears(3)][2:] == ["You said: tell me more"]
        async with database.reading() as session:
            said = (await session.scalars(select(ChatMessage).order_by(ChatMessage.seq))).all()
        await database.close()
    thread = [(one.author, one.text.splitlines()[0]) for one in said]
    assert thread[-3:] == [
        ("assistant", posted),
        ("customer", "tell me more"),
        ("assistant", "You said: tell me more"),
    ]
    assert [card["sku"] for card in said[-3].cards or ()] == [SKU]
