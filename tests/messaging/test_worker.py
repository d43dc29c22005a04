"""The delivery contract, against a real relay and both databases."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from rapport.messaging.gate import Refusal
from rapport.messaging.senders.base import NoSender
from rapport.messaging.senders.web import WebSender
from rapport.messaging.worker import Pace
from rapport.store.consents import suppression_reason
from rapport.store.conversations import Conversation
from rapport.store.database import Database
from rapport.store.deliveries import Ending, claim_due, end_deliveries
from rapport.store.events import Event
from rapport.store.messages import Delivery, Message
from rapport.store.signals import Signals


async def events_of(database: Database, number: int) -> list[str]:
    async with database.reading() as session:
        rows = (await session.scalars(select(Event).order_by(Event.id))).all()
        return [event.name for event in rows if event.properties["message"] == number]


async def test_run_once_sends_what_is_due_and_records_it(
    shop: Any, relay: Any, make_worker: Any, now: datetime
) -> None:
    number = await shop.queue()
    worker = make_worker()
    assert [await worker.run_once(), await worker.run_once()] == [1, 0]
    await worker.close()
    message, (delivery,) = await shop.message(number), await shop.attempts(number)
    assert (message.state, message.sent_at, len(message.links)) == ("sent", now, 3)
    assert (delivery.state, delivery.code, delivery.address) == ("sent", 250, "customer1@example.org")
    assert [recipient for recipient, _ in relay.received] == ["customer1@example.org"]
    assert relay.mails[0]["Message-ID"] == "<1@shop.example>"
    assert await events_of(shop.database, number) == ["message_sent"]


async def test_connections_are_kept_open(shop: Any, relay: Any, make_worker: Any) -> None:
    for _ in range(12):
        await shop.queue()
    worker = make_worker(pace=Pace(in_flight=3))
    assert await worker.run_once() == 12
    await worker.close()
    assert (len(relay.received), relay.connections) == (12, 3)


async def test_a_mail_not_yet_due_waits(shop: Any, relay: Any, make_worker: Any, clock: Any) -> None:
    await shop.queue()
    clock.move(seconds=-1)
    assert await make_worker().run_once() == 0
    assert relay.received == []


async def test_4xx_is_retried_with_a_growing_pause(shop: Any, relay: Any, make_worker: Any, clock: Any) -> None:
    relay.script = lambda stage, address, count: "451 4.7.1 greylisted" if stage == "rcpt" and count <= 2 else None
    number = await shop.queue()
    worker = make_worker()
    assert await worker.run_once() == 1
    clock.move(seconds=59)
    assert await worker.run_once() == 0
    clock.move(seconds=1)
    assert await worker.run_once() == 1
    clock.move(minutes=4)
    assert await worker.run_once() == 1
    await worker.close()
    attempts = await shop.attempts(number)
    assert [(one.attempt, one.state, one.code) for one in attempts] == [
        (1, "retried", 451),
        (2, "retried", 451),
        (3, "sent", 250),
    ]
    assert (await shop.message(number)).state == "sent"
    assert len(relay.received) == 1


async def test_retries_end(shop: Any, relay: Any, make_worker: Any, clock: Any) -> None:
    relay.script = lambda stage, address, count: "452 4.2.2 full" if stage == "rcpt" else None
    number = await shop.queue()
    worker = make_worker()
    for _ in range(10):
        await worker.run_once()
        clock.move(hours=7)
    await worker.close()
    message = await shop.message(number)
    assert (message.state, message.reason) == ("failed", "gave up after 8 attempts: 452 4.2.2 full")
    assert relay.counts["rcpt"] == 8


async def test_5xx_fails_one_mail_and_spares_the_others(shop: Any, relay: Any, make_worker: Any) -> None:
    relay.script = lambda stage, address, count: (
        "554 5.7.1 no" if (stage, address[:9]) == ("rcpt", "customer2") else None
    )
    numbers = [await shop.queue() for _ in range(3)]
    worker = make_worker(pace=Pace(in_flight=1))
    await worker.run_once()
    await worker.close()
    assert [(await shop.message(number)).state for number in numbers] == ["sent", "failed", "sent"]
    assert (await shop.message(numbers[1])).reason == "refused: 554 5.7.1 no"
    assert await events_of(shop.database, numbers[1]) == ["message_failed"]
    assert relay.connections == 1


async def test_a_dead_address_is_never_written_to_again(shop: Any, relay: Any, make_worker: Any) -> None:
    relay.script = lambda stage, address, count: "550 5.1.1 User unknown" if stage == "rcpt" else None
    number = await shop.queue()
    worker = make_worker()
    await worker.run_once()
    await worker.close()
    assert (await shop.message(number)).reason == "bounced: 550 5.1.1 User unknown"
    async with shop.database.reading() as session:
        assert await suppression_reason(session, "email", "customer1@example.org") == "bounced"
    assert await events_of(shop.database, number) == ["message_failed", "message_bounced"]


@pytest.mark.parametrize("fault", ["drop", "hang"])
async def test_marketing_parks_what_may_have_arrived(
    shop: Any, relay: Any, make_worker: Any, clock: Any, fault: str
) -> None:
    relay.script = lambda stage, address, count: fault if stage == "data" and count == 1 else None
    number = await shop.queue()
    worker = make_worker(final_timeout=0.2)
    await worker.run_once()
    clock.move(days=1)
    assert await worker.run_once() == 0
    await worker.close()
    assert ((await shop.message(number)).state, len(relay.received)) == ("unknown", 1)


@pytest.mark.parametrize("fault", ["drop", "hang"])
async def test_transactional_is_sent_again_with_its_message_id(
    shop: Any, relay: Any, make_worker: Any, clock: Any, fault: str
) -> None:
    relay.script = lambda stage, address, count: fault if stage == "data" and count == 1 else None
    context = {"confirm": {"channel": "email", "purpose": "offers"}}
    number = await shop.queue(template="confirm_opt_in", purpose="order_updates", context=context)
    worker = make_worker(final_timeout=0.2)
    await worker.run_once()
    clock.move(minutes=1)
    await worker.run_once()
    await worker.close()
    assert (await shop.message(number)).state == "sent"
    assert [mail["Message-ID"] for mail in relay.mails] == ["<1@shop.example>"] * 2


async def test_a_line_dropped_before_the_data_costs_nothing(shop: Any, relay: Any, make_worker: Any) -> None:
    # The third MAIL meets a dead line; the mail goes out over a new one at once.
    relay.script = lambda stage, address, count: "drop" if stage == "mail" and count == 3 else None
    numbers = [await shop.queue() for _ in range(4)]
    worker = make_worker(pace=Pace(in_flight=1))
    await worker.run_once()
    await worker.close()
    assert [(await shop.message(number)).state for number in numbers] == ["sent"] * 4
    assert (len(relay.received), relay.connections) == (4, 2)


async def test_a_relay_that_is_away_costs_no_attempt(shop: Any, relay: Any, make_worker: Any, clock: Any) -> None:
    relay.script = lambda stage, address, count: "530 5.7.0 log in first" if stage == "mail" and count <= 1 else None
    number = await shop.queue()
    worker = make_worker()
    await worker.run_once()
    (delivery,) = await shop.attempts(number)
    assert (delivery.state, delivery.attempt, delivery.due_at - clock.now) == ("due", 1, timedelta(seconds=30))
    clock.move(seconds=30)
    await worker.run_once()
    await worker.close()
    assert [one.state for one in await shop.attempts(number)] == ["sent"]


async def test_a_closed_gate_suppresses_with_its_reason(shop: Any, relay: Any, make_worker: Any) -> None:
    async def withdrawn(session: Any, message: Message, now: datetime) -> Refusal:
        return Refusal("no_consent")

    number = await shop.queue()
    assert await make_worker(gate=withdrawn).run_once() == 1
    message = await shop.message(number)
    assert (message.state, message.reason, relay.received) == ("suppressed", "no_consent", [])
    assert await events_of(shop.database, number) == ["message_suppressed"]


async def test_a_gate_closed_for_now_postpones(shop: Any, relay: Any, make_worker: Any, clock: Any) -> None:
    morning = clock.now + timedelta(hours=8)

    async def at_night(session: Any, message: Message, now: datetime) -> Refusal | None:
        return Refusal("quiet_hours", morning) if now < morning else None

    number = await shop.queue()
    worker = make_worker(gate=at_night)
    await worker.run_once()
    (delivery,) = await shop.attempts(number)
    assert (delivery.state, delivery.due_at, delivery.reason) == ("due", morning, "quiet_hours")
    clock.move(hours=8)
    await worker.run_once()
    await worker.close()
    assert (await shop.message(number)).state == "sent"


@pytest.mark.parametrize(
    ("columns", "ending"),
    [
        ({"expires_at": datetime.fromisoformat("2026-03-01T09:59:59Z")}, ("suppressed", "expired")),
        ({"state": "suppressed", "reason": "cancelled"}, ("suppressed", "cancelled")),
        ({"address": None}, ("suppressed", "no_channel")),
        ({"context": {"products": ["P-9"]}}, ("suppressed", "expired")),
        (
            {"address": "mei@example.org\r\nbcc: all@example.org"},
            (
                "failed",
                "not composed: This is not an address a mail can be sent to (letters outside ASCII need SMTPUTF8)",
            ),
        ),
        ({"name": "Mei\r\nBcc: x@y.z"}, ("failed", "not composed: Subject holds the control character U+000D at 3")),
        ({"template": "../../etc"}, ("failed", "not composed: There is no template '../../etc' in 'en'")),
    ],
)
async def test_what_cannot_be_sent_ends_with_its_reason(
    shop: Any, relay: Any, make_worker: Any, columns: dict[str, Any], ending: tuple[str, str]
) -> None:
    number, other = await shop.queue(**columns), await shop.queue()
    worker = make_worker()
    await worker.run_once()
    await worker.close()
    message = await shop.message(number)
    assert (message.state, message.reason) == ending
    assert (await shop.message(other)).state == "sent"
    assert len(relay.received) == 1


async def test_two_workers_send_each_mail_once(shop: Any, relay: Any, make_worker: Any) -> None:
    for _ in range(30):
        await shop.queue()
    workers = [make_worker(name=name, pace=Pace(batch=5, in_flight=3)) for name in ("one", "two")]

    async def drain(worker: Any) -> int:
        done = 0
        while found := await worker.run_once():
            done += found
        await worker.close()
        return done

    assert sum(await asyncio.gather(*map(drain, workers))) == 30
    assert sorted(mail["Message-ID"] for mail in relay.mails) == sorted(f"<{n}@shop.example>" for n in range(1, 31))


async def test_a_stale_fence_cannot_write(shop: Any, clock: Any) -> None:
    number = await shop.queue()
    minute = timedelta(minutes=1)
    async with shop.database.session() as session:
        (stale,) = await claim_due(session, "email", worker="one", now=clock.now, until=clock.now + minute, limit=9)
    clock.move(minutes=2)
    async with shop.database.session() as session:
        (fresh,) = await claim_due(session, "email", worker="two", now=clock.now, until=clock.now + minute, limit=9)
        assert await end_deliveries(session, [Ending(stale, "sent")], now=clock.now) == []
        assert (fresh.fence, stale.fence) == (2, 1)
    (delivery,) = await shop.attempts(number)
    assert (delivery.state, delivery.worker, (await shop.message(number)).state) == ("claimed", "two", "queued")


async def test_a_worker_that_slept_through_its_lease_sends_nothing(
    shop: Any, relay: Any, make_worker: Any, clock: Any
) -> None:
    number = await shop.queue()

    async def nap(session: Any, message: Message, now: datetime) -> None:
        clock.move(minutes=5)

    assert await make_worker(gate=nap).run_once() == 1
    assert relay.received == []
    # Nobody can tell from the row that nothing left, so for marketing it is parked.
    other = make_worker(name="two")
    assert await other.run_once() == 1
    assert (await shop.message(number)).state == "unknown"


@pytest.mark.parametrize(
    ("template", "states", "message_state"),
    [("recommendations", ["unknown"], "unknown"), ("confirm_opt_in", ["retried", "due"], "queued")],
)
async def test_what_a_dead_worker_was_sending_is_settled_by_kind(
    shop: Any, make_worker: Any, clock: Any, template: str, states: list[str], message_state: str
) -> None:
    number = await shop.queue(template=template)
    async with shop.database.session() as session:
        row = (await session.scalars(select(Delivery))).one()
        row.state, row.worker, row.leased_until, row.fence = "sending", "dead", clock.now - timedelta(seconds=1), 1
    assert await make_worker().run_once() == 1
    assert [one.state for one in await shop.attempts(number)] == states
    assert (await shop.message(number)).state == message_state


async def test_a_lease_is_renewed_while_the_relay_thinks(shop: Any, relay: Any, make_worker: Any, clock: Any) -> None:
    number = await shop.queue()
    relay.script = lambda stage, address, count: "hang" if stage == "data" else None
    worker = make_worker(pace=Pace(lease=timedelta(seconds=0.3)), final_timeout=60)
    working = asyncio.create_task(worker.run_once())
    # However slow the machine is: the relay is thinking, the clock moves only here, the renewal is awaited.
    await shop.until(number, state="sending", leased_until=clock.now + timedelta(seconds=0.3))
    clock.move(seconds=0.2)
    await shop.until(number, state="sending", leased_until=clock.now + timedelta(seconds=0.3))
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def test_run_is_woken_by_a_signal_and_ends_when_told(
    shop: Any, relay: Any, make_worker: Any, clock: Any
) -> None:
    signals, stop = Signals(), asyncio.Event()
    running = asyncio.create_task(make_worker().run(stop, signals))
    await asyncio.sleep(0.05)
    await shop.queue()
    signals.wake("outbox")
    while not relay.received:
        await asyncio.sleep(0.01)
    stop.set()
    await running
    assert len(relay.received) == 1


async def test_run_goes_on_when_the_database_does_not_answer(
    shop: Any, relay: Any, make_worker: Any, caplog: pytest.LogCaptureFixture
) -> None:
    number = await shop.queue()
    worker, stop = make_worker(), asyncio.Event()
    async with shop.database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE deliveries RENAME TO hidden"))
    running = asyncio.create_task(worker.run(stop, Signals()))
    while not caplog.records:
        await asyncio.sleep(0.01)
    assert relay.received == []
    async with shop.database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE hidden RENAME TO deliveries"))
    while not relay.received:
        await asyncio.sleep(0.01)
    stop.set()
    await running
    assert (await shop.message(number)).state == "sent"
    assert caplog.records[0].message == "the database does not answer; nothing is sent until it does"


async def test_a_slow_channel_holds_up_no_other(shop: Any, relay: Any, make_worker: Any, clock: Any) -> None:
    relay.script = lambda stage, address, count: "hang" if stage == "data" else None
    slow, quick = await shop.queue(), await shop.queue(channel="web")
    async with shop.database.session() as session:
        customer_id = (await session.get_one(Message, quick)).customer_id
        chat = Conversation(id="a" * 32, customer_id=customer_id, channel="web", language="en", opened_at=clock.now)
        session.add(chat)
    worker, stop = make_worker(final_timeout=60.0), asyncio.Event()
    worker.senders["web"] = WebSender(shop.database, clock)
    running = asyncio.create_task(worker.run(stop, Signals()))
    while (await shop.message(quick)).state == "queued":
        await asyncio.sleep(0.01)
    assert [(await shop.message(number)).state for number in (quick, slow)] == ["sent", "queued"]
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_channel_that_is_not_set_up_waits_for_it(shop: Any, make_worker: Any, clock: Any) -> None:
    number = await shop.queue(expires_at=clock.now + timedelta(minutes=1))
    worker = make_worker()
    worker.senders["email"] = NoSender()
    assert await worker.run_once() == 1
    (delivery,) = await shop.attempts(number)
    assert (delivery.state, delivery.due_at - clock.now) == ("due", timedelta(seconds=30))
    clock.move(minutes=1)
    await worker.run_once()
    assert (await shop.message(number)).reason == "expired"
