"""From the shop's page into the bot's chat."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from demo.bot_api import BotApi
from rapport.chat.telegram.payloads import Ticket, spend
from rapport.chat.telegram.words import words as door_words
from rapport.chat.words import words
from rapport.store.customers import add_customer
from rapport.store.database import Database
from tests.web.conftest import Client, Running

BOT = "https://t.me/halfhill_bot"


@pytest.fixture
def with_bot(bot_api: BotApi) -> dict[str, Any]:
    return {
        "telegram_token": SecretStr(bot_api.token),
        "telegram_api_url": bot_api.url,
        "telegram_updates": "off",
    }


async def spent(client: Client, payload: str) -> Ticket:
    database, key = Database(client.settings.database_url), client.settings.key()
    try:
        async with database.session() as session:
            return await spend(session, payload, key=key, now=datetime.now(UTC))
    finally:
        await database.close()


async def test_a_conversation_goes_on_in_telegram(
    running: Running, bot_api: BotApi, with_bot: dict[str, Any]
) -> None:
    async with running(**with_bot) as client:
        await client.begin()
        answers = [await client.http.post("/chat/telegram", headers=client.headers) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        address, _, payload = answers[0].json()["url"].partition("?start=")
        assert (address, len(payload) <= 64) == (BOT, True)
        assert await spent(client, payload) == Ticket("web", conversation_id=client.conversation_id)
    assert [call.method for call in bot_api.calls].count("getMe") == 1


async def test_it_takes_a_session_and_a_bot(running: Running, with_bot: dict[str, Any], client: Client) -> None:
    await client.begin()
    assert (await client.http.post("/chat/telegram", headers=client.headers)).status_code == 404
    async with running(**with_bot) as other:
        assert (await other.http.post("/chat/telegram")).status_code == 401


async def test_a_bot_that_does_not_answer_is_said_so(running: Running, with_bot: dict[str, Any]) -> None:
    async with running(**with_bot | {"telegram_api_url": "http://127.0.0.1:9"}) as client:
        await client.begin()
        assert (await client.http.post("/chat/telegram", headers=client.headers)).status_code == 503


async def test_the_shops_page_leads_to_the_bot_and_who_is_signed_in_to_her_account(
    running: Running, with_bot: dict[str, Any]
) -> None:
    async with running(**with_bot) as client:
        database = Database(client.settings.database_url)
        async with database.session() as session:
            mei = await add_customer(session, {"external_id": "demo-en"}, now=datetime.now(UTC), name="Mei")
            mei_id = mei.id
        await database.close()
        assert (await client.http.get("/telegram")).headers["location"] == BOT
        answer = await client.http.get("/telegram", params={"as": "demo-en"})
        address, _, payload = answer.headers["location"].partition("?start=")
        assert (answer.status_code, address) == (303, BOT)
        assert await spent(client, payload) == Ticket("link", customer_id=mei_id)
        assert ('href="/telegram"' in (await client.http.get("/")).text) is True


async def test_without_a_bot_the_page_does_not_speak_of_it(client: Client) -> None:
    assert ('href="/telegram"' in (await client.http.get("/")).text) is False
    assert (await client.http.get("/telegram")).status_code == 404


async def test_one_conversation_on_the_page_and_in_telegram(
    running: Running, bot_api: BotApi, with_bot: dict[str, Any]
) -> None:
    person = bot_api.person("Mei")
    async with running(**with_bot | {"telegram_updates": "polling"}) as client:
        await client.begin(locale="en")
        await client.say("hello on the page")
        answer = await client.http.post("/chat/telegram", headers=client.headers)
        person.start(answer.json()["url"].partition("?start=")[2])
        assert [shown.text for shown in await person.hears(1)] == [door_words("en").ask_web]
        assert person.heard[0].titles == ["Yes, that's me", "No"]
        person.press("Yes, that's me")
        carried_on = words("en").carried_on
        assert (await person.hears(2))[-1].text == carried_on
        person.write("hello in Telegram")
        assert (await person.hears(3))[-1].text == "You said: hello in Telegram"
        said = [one["text"] for one in (await client.read())["messages"] if one["author"] != "customer"]
        assert said == ["You said: hello on the page", carried_on, "You said: hello in Telegram"]
        person.write("/unlink")
        assert (await person.hears(4))[-1].text == words("en").parted
        person.write("who is reading this?")
        await person.hears(5)
        assert [one["text"] for one in (await client.read())["messages"]][-1] == "You said: hello in Telegram"
        person.write("/unlink")
        assert (await person.hears(6))[-1].text == words("en").not_linked
