"""Whose a Telegram chat is and what it goes on with, as the database has it afterwards."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from rapport.chat.buttons import Button
from rapport.chat.gateway import receive
from rapport.chat.telegram.claims import Claim
from rapport.chat.telegram.deep_links import GREETING, follow, start_with
from rapport.chat.telegram.linking import unlink
from rapport.chat.telegram.payloads import LIFE, link_payload, web_payload
from rapport.chat.telegram.words import words
from rapport.store.consents import consents_of, record_consent
from rapport.store.conversations import Conversation, append_message, messages_after
from rapport.store.customers import Customer, add_customer, find_customer, identities_of
from rapport.store.database import Database
from rapport.store.events import Event
from rapport.store.products import Product
from rapport.store.telegram import TelegramChat
from rapport.store.telegram_speaking import untold

KEY = "a key for tests"
CHAT, TELEGRAM, WEB = 1001, "1" * 32, "2" * 32


@pytest.fixture
async def mei(database: Database, now: datetime) -> int:
    """A customer of the shop, who is signed in on its page and has said hello; and a chat nobody knows."""
    async with database.session() as session:
        mei = await add_customer(session, {"external_id": "mei"}, now=now, name="Mei", language="en")
        telegram = Conversation(id=TELEGRAM, channel="telegram", language="en", opened_at=now)
        web = Conversation(id=WEB, customer_id=mei.id, channel="web", language="en", opened_at=now)
        session.add_all([telegram, web])
        await session.flush()
        session.add(TelegramChat(chat_id=CHAT, conversation_id=TELEGRAM, language="en", opened_at=now))
        await append_message(session, WEB, "customer", "Hello", at=now)
        await append_message(session, WEB, "assistant", "Good day", at=now)
        return mei.id


async def started(database: Database, payload: str, now: datetime) -> Button | None:
    async with database.session() as session:
        chat = await session.get_one(TelegramChat, CHAT)
        return await start_with(session, chat, payload, key=KEY, now=now)


async def asked(database: Database) -> Claim | None:
    """What she is asked about the newest link, if she is."""
    async with database.reading() as session:
        here = (await session.get_one(TelegramChat, CHAT)).conversation_id or ""
        said = await messages_after(session, here, 0)
    return Claim.read(said[-1].payload) if said and said[-1].payload else None


async def said_yes(database: Database, payload: str, now: datetime) -> None:
    """She opens the link, is asked, and it is her own."""
    assert await started(database, payload, now) is None
    claim = await asked(database)
    assert claim is not None
    async with database.session() as session:
        assert await follow(session, await session.get_one(TelegramChat, CHAT), claim, now=now)


async def chat_now(database: Database) -> TelegramChat:
    async with database.reading() as session:
        return await session.get_one(TelegramChat, CHAT)


async def told(database: Database) -> list[str]:
    """What Telegram is still to be told."""
    async with database.reading() as session:
        news = await untold(session, (await session.get_one(TelegramChat, CHAT)).conversation_id or "")
        return [one.text for one in news.said] if news else []


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_link_does_nothing_before_she_says_yes(
    database: Database, now: datetime, mei: int, language: str
) -> None:
    async with database.session() as session:
        (await session.get_one(Customer, mei)).name = "Emma Hartley"
        (await session.get_one(Conversation, TELEGRAM)).language = language
    for payload, ask in (
        (link_payload(mei, key=KEY, now=now), words(language).ask_link),
        (web_payload(WEB, key=KEY, now=now), words(language).ask_web_known),
    ):
        assert await started(database, payload, now) is None
        assert (await told(database))[-1] == ask.format(name="E*** H***")
    async with database.reading() as session:
        assert await identities_of(session, mei) == {"external_id": "mei"}
        assert (await session.get_one(Conversation, TELEGRAM)).customer_id is None
        assert (await session.get_one(Conversation, WEB)).channel == "web"
    assert (await chat_now(database)).conversation_id == TELEGRAM
    assert await asked(database) == Claim(now + LIFE, conversation_id=WEB)


async def test_who_is_linked_already_is_not_asked_again(database: Database, now: datetime, mei: int) -> None:
    await said_yes(database, link_payload(mei, key=KEY, now=now), now)
    assert await started(database, link_payload(mei, key=KEY, now=now), now) is None
    assert (await told(database))[-1].startswith("This chat is now linked to the shop account of Mei")
    assert await started(database, web_payload(WEB, key=KEY, now=now), now) is None
    assert (await chat_now(database)).conversation_id == WEB


async def test_a_linked_chat_is_the_accounts(database: Database, now: datetime, mei: int) -> None:
    await said_yes(database, link_payload(mei, key=KEY, now=now), now)
    async with database.reading() as session:
        assert await identities_of(session, mei) == {"external_id": "mei", "telegram": "1001"}
        assert (await session.get_one(Conversation, TELEGRAM)).customer_id == mei
        assert await consents_of(session, mei) == frozenset()
    assert (await told(database))[1:] == [
        "This chat is now linked to the shop account of Mei: ask about your orders right here. "
        "Not your account? /unlink parts them again."
    ]


async def test_who_was_known_by_the_chat_alone_becomes_one_with_the_account(
    database: Database, now: datetime, mei: int
) -> None:
    async with database.session() as session:
        other = await add_customer(session, {"telegram": str(CHAT)}, now=now)
        await record_consent(
            session, other.id, channel="telegram", purpose="offers", granted=True, at=now, source="chat"
        )
        (await session.get_one(Conversation, TELEGRAM)).customer_id = other.id
    await said_yes(database, link_payload(mei, key=KEY, now=now), now)
    async with database.reading() as session:
        assert list(await session.scalars(select(Customer.id))) == [mei]
        assert await consents_of(session, mei) == {("telegram", "offers")}


async def test_a_chat_of_another_account_moves_and_takes_nothing_with_it(
    database: Database, now: datetime, mei: int
) -> None:
    async with database.session() as session:
        other = await add_customer(session, {"external_id": "bo", "telegram": str(CHAT)}, now=now, name="Bo")
        other_id = other.id
    await said_yes(database, link_payload(mei, key=KEY, now=now), now)
    async with database.reading() as session:
        assert await identities_of(session, other_id) == {"external_id": "bo"}
        assert await identities_of(session, mei) == {"external_id": "mei", "telegram": "1001"}


async def test_a_web_conversation_goes_on_here(database: Database, now: datetime, mei: int) -> None:
    await said_yes(database, web_payload(WEB, key=KEY, now=now), now)
    async with database.reading() as session:
        web, before = await session.get_one(Conversation, WEB), await session.get_one(Conversation, TELEGRAM)
        assert (web.channel, before.closed_at) == ("telegram", now)
        assert (await find_customer(session, "telegram", str(CHAT))) is not None
    assert (await chat_now(database)).conversation_id == WEB
    assert await told(database) == [
        "Let's go on here; nothing said on the web page is lost. "
        "If that conversation was not yours, /unlink parts you from it."
    ]


async def test_she_is_answered_where_she_writes(database: Database, now: datetime, mei: int) -> None:
    await said_yes(database, web_payload(WEB, key=KEY, now=now), now)
    async with database.session() as session:
        await receive(session, WEB, "a", "back at my desk", now=now, channel="web")
        await append_message(session, WEB, "assistant", "On the page", at=now)
        assert (await session.get_one(Conversation, WEB)).channel == "web"
    assert await told(database) == []
    async with database.session() as session:
        await receive(session, WEB, "b", "on the bus again", now=now, channel="telegram")
        await append_message(session, WEB, "assistant", "In Telegram", at=now)
    assert await told(database) == ["In Telegram"]
    async with database.reading() as session:
        assert len(await messages_after(session, WEB, 0)) == 7


async def test_a_strangers_link_tells_nobody_who_the_chat_belongs_to(
    database: Database, now: datetime, mei: int
) -> None:
    async with database.session() as session:
        await add_customer(session, {"telegram": str(CHAT)}, now=now)
        (await session.get_one(Conversation, WEB)).customer_id = None
    await said_yes(database, web_payload(WEB, key=KEY, now=now), now)
    async with database.reading() as session:
        assert (await session.get_one(Conversation, WEB)).customer_id is None


async def test_a_link_is_good_once_and_then_a_greeting(database: Database, now: datetime, mei: int) -> None:
    payload = link_payload(mei, key=KEY, now=now)
    assert [await started(database, payload, now), await started(database, payload, now)] == [None, GREETING]
    unknown = [link_payload(mei + 9, key=KEY, now=now), web_payload("f" * 32, key=KEY, now=now), "link-x", "p-none"]
    assert [await started(database, one, now) for one in unknown] == [GREETING] * 4


async def test_a_campaigns_product_is_asked_about(database: Database, now: datetime, mei: int) -> None:
    async with database.session() as session:
        names = {"zh": "云雾茶", "en": "Mist Tea"}
        session.add(Product(sku="P-1", names=names, descriptions={}, price_minor=1, stock=1, active=True))
    asked = await started(database, "p-P-1", now)
    assert asked == Button("Mist Tea", '/product_details{"product": "P-1"}')
    await said_yes(database, link_payload(mei, key=KEY, now=now), now)
    await started(database, "p-P-1", now)
    async with database.reading() as session:
        (seen,) = await session.scalars(select(Event).where(Event.name == "product_viewed"))
    assert (seen.customer_id, seen.properties) == (mei, {"product": "P-1", "source": "telegram"})


async def test_unlinking_parts_chat_and_account(database: Database, now: datetime, mei: int) -> None:
    await said_yes(database, web_payload(WEB, key=KEY, now=now), now)
    async with database.session() as session:
        await record_consent(session, mei, channel="telegram", purpose="offers", granted=True, at=now, source="chat")
    async with database.session() as session:
        await unlink(session, await session.get_one(TelegramChat, CHAT), now=now)
    chat = await chat_now(database)
    async with database.reading() as session:
        here = await session.get_one(Conversation, chat.conversation_id)
        assert (here.customer_id, here.channel, here.id == WEB) == (None, "telegram", False)
        assert (await session.get_one(Conversation, WEB)).channel == "web"
        assert await identities_of(session, mei) == {"external_id": "mei"}
        assert await consents_of(session, mei) == frozenset()
        begun = await session.scalars(select(Event).where(Event.name == "chat_started"))
        assert [one.conversation_id for one in begun] == [chat.conversation_id]
    assert await told(database) == [
        "Done: this chat has nothing to do with the account any more, and news has stopped."
    ]


async def test_unlinking_what_is_not_linked_changes_nothing(database: Database, now: datetime, mei: int) -> None:
    async with database.session() as session:
        await unlink(session, await session.get_one(TelegramChat, CHAT), now=now)
    assert (await chat_now(database)).conversation_id == TELEGRAM
    assert await told(database) == ["This chat is linked to no account."]
