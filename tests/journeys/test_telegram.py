"""What a customer does in Telegram, through every real part, in both languages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from demo.bot_api import Person
from demo.bot_api.chats import Shown
from rapport.chat.telegram.words import words
from rapport.chat.words import words as chat_words
from rapport.cli import assistant
from rapport.messaging.telegram.words import words as key_words
from rapport.store.consents import consents_of
from rapport.store.conversations import ChatMessage
from rapport.store.customers import find_customer, identities_of
from rapport.store.messages import Message
from rapport.store.orders import Order
from tests.journeys.telegram_system import System, heard_next, running
from tests.web.signing_in import signed_in_as

pytestmark = pytest.mark.asyncio(loop_scope="module")
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 60
PDF = b"%PDF-1.7\n" + b"\0" * 60
STARS = "⭐⭐⭐⭐"
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Lines:
    """What she says, and of what she hears what only the right answer holds."""

    question: str
    recommend: str
    order: str
    person: str
    news: str
    about_push: str
    hello: str
    masked: str
    posted: str


LINES = {
    "zh": Lines(
        question="有红色的杯子吗？", recommend="给我推荐点东西吧", order="我的订单到哪里了？", person="转人工",
        news="以后有好东西推荐给我", about_push="第一个多少钱？", hello="你好", masked="林**",
        posted="您之前问起的这几样，现在都还有货：",
    ),
    "en": Lines(
        question="Do you have a red mug?", recommend="Can you recommend me something?", order="Where is my order?",
        person="I want to talk to a person", news="Please sign me up for your news", hello="Hello",
        about_push="How much is the first one?", masked="E*** H***",
        posted="The things you asked about are still in stock:",
    ),
}  # fmt: skip
languages = pytest.mark.parametrize("language", LINES)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff at a program of hers."""

    http: httpx.AsyncClient
    headers: dict[str, str]
    conversation: str

    async def sees(self) -> dict[str, Any]:
        path = f"/api/conversations/{self.conversation}"
        found: dict[str, Any] = (await self.http.get(path, headers=self.headers)).raise_for_status().json()
        return found

    async def does(self, what: str, **body: Any) -> dict[str, Any]:
        path = f"/api/conversations/{self.conversation}/{what}"
        answer = await self.http.post(path, json=body, headers=self.headers)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    if not assistant.PYTHON.exists():
        pytest.fail("the assistant's environment is missing: run `make setup`")
    async with running(tmp_path_factory.mktemp("telegram")) as system:
        yield system


async def say(person: Person, text: str) -> Shown:
    """She writes this; the first answer."""
    before = len(person.heard)
    person.write(text)
    return (await person.hears(before + 1))[before]


async def hears_with(system: System, person: Person, part: str) -> Shown:
    """The newest of the bot's messages that holds this, once there is one."""
    found = await system.api.until(lambda: [one for one in person.heard if part in one.text])
    return found[-1]


@languages
async def test_a_product_question(system: System, language: str) -> None:
    say_, person = LINES[language], system.api.person("Ada", language=language)
    shown = await say(person, say_.question)
    assert ("photo" in shown.wire, key_words(language).details in shown.titles) == (True, True)
    name = (await _cards(system, person))[0]["name"]
    assert name in shown.text
    before = len(person.heard)
    query = person.press(key_words(language).details)
    assert name in await heard_next(person, before)
    assert query.answer is not None
    marked = f"✓ {key_words(language).details}"
    assert await system.api.until(lambda: marked in person.heard[before - 1].titles)


@languages
async def test_a_recommendation_is_turned_in_place(system: System, language: str) -> None:
    person = system.api.person("Bea", language=language)
    shown = await say(person, LINES[language].recommend)
    cards = await _cards(system, person)
    assert (len(cards) > 1, "photo" in shown.wire, cards[0]["name"] in shown.text) == (True, True, True)
    assert {"‹", f"1/{len(cards)}", "›", key_words(language).details, key_words(language).buy} <= set(shown.titles)
    person.press("›")
    assert await system.api.until(lambda: f"2/{len(cards)}" in person.heard[-1].titles)
    turned = person.heard[-1]
    assert (turned.id, len(person.heard), cards[1]["name"] in turned.text) == (shown.id, 1, True)


@languages
async def test_an_order_of_the_account_that_a_link_leads_to(system: System, language: str) -> None:
    lines, person = LINES[language], system.api.person("Cai", language=language)
    asked = await say(person, lines.order)
    known = f"demo-{language}"
    number = await _newest_order(system, known)
    assert number not in asked.text
    opened = await system.http.get("/telegram", params={"as": known})
    question = await say(person, f"/start {opened.headers['location'].partition('?start=')[2]}")
    assert question.text == words(language).ask_link.format(name=lines.masked)
    assert "telegram" not in await _identities(system, known)
    before = len(person.heard)
    person.press(key_words(language).yes)
    linked = chat_words(language).linked.partition("{name}")[0]
    assert (await heard_next(person, before)).startswith(linked)
    assert (await _identities(system, known))["telegram"] == str(person.id)
    assert number in (await say(person, "/orders")).text


@languages
async def test_a_person_answers_and_is_rated(system: System, language: str) -> None:
    lines, person, told = LINES[language], system.api.person("Dan", language=language), chat_words(language)
    headers = await signed_in_as(system.settings, f"ann-{language}", language=language)
    online = {"presence": "online"}
    (await system.http.post("/api/presence", json=online, headers=headers)).raise_for_status()
    await say(person, lines.person)
    waiting = await hears_with(system, person, told.next_in_queue)
    assert waiting.titles == [key_words(language).back_to_assistant]
    agent = Member(system.http, headers, (await system.conversation_of(person)).id)
    version = (await agent.does("take-over", version=(await agent.sees())["version"]))["version"]
    await hears_with(system, person, told.joined.format(agent=f"Ann-{language.title()}"))
    await agent.does("typing")
    assert await system.api.until(lambda: system.api.calls_to("sendChatAction", chat=person.id))
    await agent.does("messages", version=version, client_id="1", text="✎ 1")
    assert (await hears_with(system, person, "✎ 1")).text == "✎ 1"
    await _files_both_ways(system, agent, person, version)
    await agent.does("close", version=version)
    closed = await hears_with(system, person, told.closed)
    assert STARS in closed.titles
    person.press(STARS)
    await hears_with(system, person, words(language).rated)
    conversation = await system.conversation_of(person)
    assert (conversation.stars, conversation.responder) == (4, "assistant")
    await say(person, lines.hello)
    assert (await agent.sees())["messages"][-1]["author"] == "assistant"


@languages
async def test_a_push_is_answered_and_stopped(system: System, language: str) -> None:
    lines, person = LINES[language], system.api.person("Eva", language=language)
    await say(person, lines.recommend)
    assert await _states(system, person) == []
    await say(person, lines.news)
    assert ("telegram", "recommendations") in await _consents(system, person)
    before = len(person.heard)
    await say(person, lines.recommend)
    push = await hears_with(system, person, lines.posted)
    # A rule that does not wait may be quicker than the assistant's own answer.
    await person.hears(before + 2)
    names = [card["name"] for card in await _cards(system, person)]
    assert [name in push.text for name in names] == [True] * 3
    answer = await say(person, lines.about_push)
    assert "¥" in answer.text
    assert (await say(person, "/stop")).text == words(language).stopped
    assert await _consents(system, person) == frozenset()
    await say(person, lines.recommend)
    assert [state for state, _ in await _states(system, person)] == ["sent"]
    assert sum(lines.posted in one.text for one in person.heard) == 1


async def _files_both_ways(system: System, agent: Member, person: Person, version: int) -> None:
    person.send_photo(JPEG, caption="✎ 2")
    files = await _files_seen(system, agent)
    path = f"/api/conversations/{agent.conversation}/files/{files[0]['id']}"
    assert (await system.http.get(path, headers=agent.headers)).content == JPEG
    answer = await system.http.post(
        f"/api/conversations/{agent.conversation}/files", headers=agent.headers,
        data={"client_id": "2", "version": str(version)}, files={"file": ("✎.pdf", PDF, "application/pdf")},
    )  # fmt: skip
    assert answer.is_success, answer.text
    (shown,) = await system.api.until(lambda: [one for one in person.heard if "document" in one.wire])
    assert shown.wire["document"]["file_size"] == len(PDF)


async def _files_seen(system: System, agent: Member) -> list[dict[str, Any]]:
    """What the customer has sent, once her words under it are there too."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            messages = (await agent.sees())["messages"]
            if messages[-1]["text"] == "✎ 2":
                return [file for one in messages for file in one.get("files") or ()]
            await asyncio.sleep(0.05)


async def _cards(system: System, person: Person) -> list[dict[str, Any]]:
    """The products of the newest message that shows some."""
    here = ChatMessage.conversation_id == (await system.conversation_of(person)).id
    newest = select(ChatMessage.cards).where(here, ChatMessage.cards.is_not(None)).order_by(ChatMessage.seq.desc())
    async with system.database.reading() as session:
        return (await session.scalars(newest.limit(1))).one() or []


async def _newest_order(system: System, external_id: str) -> str:
    async with system.database.reading() as session:
        customer = await find_customer(session, "external_id", external_id)
        mine = select(Order.number).where(Order.customer_id == (customer.id if customer else 0))
        return (await session.scalars(mine.order_by(Order.placed_at.desc()).limit(1))).one()


async def _identities(system: System, external_id: str) -> dict[str, str]:
    async with system.database.reading() as session:
        customer = await find_customer(session, "external_id", external_id)
        assert customer is not None
        return await identities_of(session, customer.id)


async def _consents(system: System, person: Person) -> frozenset[tuple[str, str]]:
    async with system.database.reading() as session:
        customer = await find_customer(session, "telegram", str(person.id))
        assert customer is not None
        return await consents_of(session, customer.id)


async def _states(system: System, person: Person) -> list[tuple[str, str | None]]:
    """What became of the messages a rule has queued for her."""
    async with system.database.reading() as session:
        customer = await find_customer(session, "telegram", str(person.id))
        mine = select(Message.state, Message.reason).where(Message.customer_id == (customer.id if customer else 0))
        return [(state, reason) for state, reason in await session.execute(mine.order_by(Message.id))]
