"""The contact policy, asked at the last moment, by the worker that the product runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from rapport.chat.desk import hand_back, take_over
from rapport.chat.staff import Acting
from rapport.marketing.contact_policy import ContactPolicy
from rapport.marketing.profiles import Home
from rapport.marketing.rulebook import RuleFolder
from rapport.messaging.gate import contact_gate
from rapport.messaging.opening import open_outbox
from rapport.store.consents import record_consent, suppress
from rapport.store.conversations import Conversation
from rapport.store.messages import queue_message


@pytest.fixture
def consented(shop: Any, now: datetime) -> Any:
    async def queue(**columns: Any) -> int:
        number: int = await shop.queue(**columns)
        await grant(shop, number, now)
        return number

    return queue


async def grant(shop: Any, number: int, at: datetime, *, granted: bool = True) -> None:
    customer = (await shop.message(number)).customer_id
    async with shop.database.session() as session:
        await record_consent(
            session, customer, channel="email", purpose="recommendations", granted=granted, at=at, source="test"
        )


def gate_of(**policy: Any) -> Any:
    return contact_gate(lambda: ContactPolicy(**policy), Home("zh", "Asia/Shanghai"))


async def test_without_consent_nothing_leaves(shop: Any, relay: Any, make_worker: Any) -> None:
    number = await shop.queue()
    await make_worker(gate=gate_of()).run_once()
    message = await shop.message(number)
    assert (message.state, message.reason, relay.received) == ("suppressed", "no_consent", [])


async def test_consent_withdrawn_while_queued_holds(
    shop: Any, relay: Any, make_worker: Any, consented: Any, now: datetime
) -> None:
    number, other = await consented(), await consented()
    await grant(shop, number, now, granted=False)
    worker = make_worker(gate=gate_of())
    await worker.run_once()
    await worker.close()
    assert ((await shop.message(number)).reason, (await shop.message(other)).state) == ("no_consent", "sent")
    assert [recipient for recipient, _ in relay.received] == ["customer2@example.org"]


async def test_a_suppressed_address_is_left_alone(
    shop: Any, relay: Any, make_worker: Any, consented: Any, now: datetime
) -> None:
    number = await consented()
    async with shop.database.session() as session:
        await suppress(session, "email", "customer1@example.org", reason="bounced", at=now)
    await make_worker(gate=gate_of()).run_once()
    message = await shop.message(number)
    assert (message.state, message.reason, relay.received) == ("suppressed", "suppressed", [])


async def test_quiet_hours_wait_for_the_customers_morning(
    shop: Any, relay: Any, make_worker: Any, consented: Any, clock: Any
) -> None:
    clock.move(hours=5)  # 23:00 in Shanghai
    number = await consented()
    worker = make_worker(gate=gate_of())
    await worker.run_once()
    (delivery,) = await shop.attempts(number)
    assert (delivery.state, delivery.due_at - clock.now) == ("due", timedelta(hours=10))
    clock.move(hours=10)
    await worker.run_once()
    await worker.close()
    assert (await shop.message(number)).state == "sent"


async def test_a_cap_holds_within_one_batch(shop: Any, relay: Any, make_worker: Any, consented: Any) -> None:
    first = await consented()
    customer = (await shop.message(first)).customer_id
    async with shop.database.session() as session:
        second = await queue_message(
            session,
            key="second",
            customer_id=customer,
            channel="email",
            purpose="recommendations",
            template="recommendations",
            language="en",
            context={"products": ["P-0"]},
            now=shop.now,
            due_at=shop.now,
        )
    assert second is not None
    worker = make_worker(gate=gate_of(caps={"email": 1}))
    assert await worker.run_once() == 2
    await worker.close()
    states = [(await shop.message(number)) for number in (first, second.id)]
    assert [(message.state, message.reason) for message in states] == [("sent", ""), ("suppressed", "capped")]


async def test_the_worker_of_the_settings_delivers(
    shop: Any, relay: Any, consented: Any, settings: Any, clock: Any
) -> None:
    number = await consented(language="zh", name="林梅")
    settings = settings.model_copy(update={"smtp_url": type(settings.smtp_url)(f"smtp://127.0.0.1:{relay.port}")})
    worker = open_outbox(settings, shop.database, rules=RuleFolder(settings.rules_dir), clock=clock, name="one")
    assert await worker.run_once() == 1
    await worker.close()
    assert (await shop.message(number)).state == "sent"
    assert relay.mails[0]["Subject"] == "林梅，您问起的好物，替您留意着"


async def test_marketing_waits_while_a_person_has_taken_over_and_goes_on_after_the_hand_back(
    shop: Any, relay: Any, make_worker: Any, consented: Any, clock: Any
) -> None:
    number, conversation, ann = await consented(), "c" * 32, Acting("ann", "小安")
    customer = (await shop.message(number)).customer_id
    async with shop.database.session() as session:
        session.add(
            Conversation(id=conversation, customer_id=customer, channel="web", language="zh", opened_at=clock.now)
        )
        await session.flush()
        await take_over(session, conversation, ann, version=1, now=clock.now)
    worker = make_worker(gate=gate_of())
    await worker.run_once()
    (delivery,) = await shop.attempts(number)
    assert (delivery.state, delivery.due_at - clock.now, relay.received) == ("due", timedelta(minutes=30), [])
    async with shop.database.session() as session:
        await hand_back(session, conversation, ann, version=2, now=clock.now)
    clock.move(hours=0.5)
    await worker.run_once()
    await worker.close()
    assert (await shop.message(number)).state == "sent"
