"""A rule's message as a line in the chat: once, with consent, and never into a talk with a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rapport.marketing.rulebook import RuleFolder
from rapport.messaging.line import Line
from rapport.messaging.opening import open_outbox
from rapport.messaging.worker import OutboxWorker
from rapport.store.consents import record_consent
from rapport.store.conversations import Conversation, Utterance, change_responder, messages_after
from rapport.store.customers import add_customer
from rapport.store.messages import Message, queue_message


@pytest.fixture
def worker(shop: Any, settings: Any, clock: Any) -> OutboxWorker:
    return open_outbox(settings, shop.database, rules=RuleFolder(settings.rules_dir), clock=clock, name="web")


async def queued(shop: Any, *, purpose: str = "recommendations", consent: bool = True, chats: int = 1) -> int:
    async with shop.database.session() as session:
        customer = await add_customer(session, {"external_id": "mei"}, now=shop.now, name="Mei", language="en")
        for number in range(chats):
            opened = shop.now + timedelta(minutes=number)
            chat = Conversation(id=str(number) * 32, customer_id=customer.id, channel="web", language="en")
            chat.opened_at = opened
            session.add(chat)
        if consent:
            await record_consent(
                session, customer.id, channel="web", purpose=purpose, granted=True, at=shop.now, source="test"
            )
        message = await queue_message(
            session, key="k", customer_id=customer.id, channel="web", purpose=purpose, template="recommendations",
            language="en", context={"products": ["P-0", "P-1"]}, now=shop.now, due_at=shop.now,
        )  # fmt: skip
        assert message is not None
        return message.id


async def heard(shop: Any, chat: str = "0" * 32) -> list[Utterance]:
    async with shop.database.reading() as session:
        return await messages_after(session, chat, 0)


def _line(number: int, chat: str, *, transactional: bool = False) -> Line:
    return Line(chat, f"message:{number}", "again", (), transactional)


async def state_of(shop: Any, number: int) -> tuple[str, str]:
    async with shop.database.reading() as session:
        message = await session.get_one(Message, number)
        return message.state, message.reason


async def test_it_is_said_once_in_the_newest_open_conversation(shop: Any, worker: OutboxWorker) -> None:
    number = await queued(shop, chats=2)
    await worker.run_once()
    assert await state_of(shop, number) == ("sent", "")
    assert await heard(shop) == []
    (line,) = await heard(shop, "1" * 32)
    assert (line.author, line.text) == (
        "assistant",
        "Mei, the things you asked about are still in stock. Tell me if you'd like to know more about any of them.",
    )
    assert line.cards is not None
    assert [card["url"] for card in line.cards] == ["/products/P-0", "/products/P-1"]
    sender = worker.senders["web"]
    assert (await sender.send(_line(number, "1" * 32))).kind == "sent"
    assert len(await heard(shop, "1" * 32)) == 1


@pytest.mark.parametrize(("changes", "reason"), [({"consent": False}, "no_consent"), ({"chats": 0}, "no_channel")])
async def test_without_consent_or_conversation_nothing_is_said(
    shop: Any, worker: OutboxWorker, changes: dict[str, Any], reason: str
) -> None:
    number = await queued(shop, **changes)
    await worker.run_once()
    assert await state_of(shop, number) == ("suppressed", reason)
    assert await heard(shop) == []


async def test_a_person_is_not_talked_into(shop: Any, worker: OutboxWorker, clock: Any) -> None:
    number = await queued(shop)
    async with shop.database.session() as session:
        await change_responder(session, "0" * 32, "agent", version=1, agent="lin")
    await worker.run_once()
    assert (await state_of(shop, number))[0] == "queued"
    assert (await worker.senders["web"].send(_line(number, "0" * 32))).kind == "not_tried"
    assert await heard(shop) == []
    async with shop.database.session() as session:
        await change_responder(session, "0" * 32, "assistant", version=2)
    clock.now += timedelta(hours=1)
    await worker.run_once()
    assert len(await heard(shop)) == 1


async def test_what_is_owed_is_said_beside_a_person(shop: Any, worker: OutboxWorker) -> None:
    number = await queued(shop)
    async with shop.database.session() as session:
        await change_responder(session, "0" * 32, "agent", version=1, agent="lin")
    assert (await worker.senders["web"].send(_line(number, "0" * 32, transactional=True))).kind == "sent"
    (line,) = await heard(shop)
    assert line.author == "system"


async def test_a_closed_conversation_hears_nothing(shop: Any, worker: OutboxWorker) -> None:
    number = await queued(shop)
    async with shop.database.session() as session:
        (await session.get_one(Conversation, "0" * 32)).closed_at = shop.now
    assert (await worker.senders["web"].send(_line(number, "0" * 32))).kind == "refused"
    assert await heard(shop) == []
