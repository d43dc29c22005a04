"""A rule's message in the customer's chat with the bot, on a Bot API server that refuses what Telegram refuses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from demo.bot_api.bot_api import BotApi
from demo.bot_api.people import Person
from demo.bot_api.server import serving
from rapport.clock import utc_now
from rapport.marketing.rulebook import RuleFolder
from rapport.messaging.bot_post import BotPost
from rapport.messaging.leaving import BLOCKED, STOPPED, leave_telegram, unblocked_telegram
from rapport.messaging.opening import open_outbox
from rapport.messaging.senders.telegram import TelegramSender, refusal
from rapport.messaging.worker import OutboxWorker
from rapport.settings import Settings
from rapport.store.consents import Consent, consents_of, record_consent, suppression_reason
from rapport.store.conversations import Conversation, messages_after
from rapport.store.customers import add_customer
from rapport.store.events import Event
from rapport.store.messages import Message, queue_message
from rapport.store.telegram import TelegramChat, TelegramMessage, TelegramPace
from rapport.store.telegram_pace import AFTER_ARRIVAL, PUSHES

CHAT = "c" * 32
PNG = bytes.fromhex("89504e470d0a1a0a0000000d494844520000000800000008")
KEYS = ["Mist Tea · CN¥88.00", "Clay Cup · CN¥88.00"]


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with serving(BotApi()) as api:
        yield api


def outbox(shop: Any, settings: Settings, token: str, url: str) -> OutboxWorker:
    bot = {"telegram_token": SecretStr(token), "telegram_api_url": url}
    rules = RuleFolder(settings.rules_dir)
    return open_outbox(settings.model_copy(update=bot), shop.database, rules=rules, clock=utc_now, name="telegram")


@pytest.fixture
async def worker(shop: Any, settings: Settings, api: BotApi) -> AsyncIterator[OutboxWorker]:
    worker = outbox(shop, settings, api.token, api.url)
    yield worker
    await worker.close()


def drawn(var_dir: Path, sku: str, *, content: bytes = PNG) -> None:
    """The shop's picture of this product."""
    (folder := var_dir / "pictures").mkdir(exist_ok=True)
    (folder / f"{sku}.png").write_bytes(content)


async def queued(shop: Any, person: Person, *, consent: bool = True, chat: str = CHAT) -> int:
    """A message that is due to somebody who has started the bot, and lives where it is noon: nobody is asleep."""
    person.start()
    async with shop.database.session() as session:
        noon = f"Etc/GMT{utc_now().hour - 12:+d}"
        customer = await add_customer(
            session, {"telegram": str(person.id)}, now=shop.now, name="Mei", language="en", time_zone=noon
        )
        session.add(
            Conversation(id=chat, customer_id=customer.id, channel="telegram", language="en", opened_at=shop.now)
        )
        await session.flush()
        session.add(TelegramChat(chat_id=person.id, conversation_id=chat, language="en", opened_at=shop.now))
        for each in ("offers", "recommendations") if consent else ():
            await record_consent(
                session, customer.id, channel="telegram", purpose=each, granted=True, at=shop.now, source="test"
            )
        message = await queue_message(
            session, key=chat, customer_id=customer.id, channel="telegram", purpose="recommendations",
            template="recommendations", language="en", context={"products": ["P-0", "P-1"]}, now=shop.now,
            due_at=shop.now,
        )  # fmt: skip
        assert message is not None
        return message.id


async def tried(shop: Any, worker: OutboxWorker, number: int) -> None:
    """Works it off; again where the machine was so busy that the bot's moments were over before it could send."""
    while True:
        await worker.run_once()
        (attempt,) = await shop.attempts(number)
        if attempt.reason != "The chat has to wait":
            return
        await asyncio.sleep(0.1)


async def state_of(shop: Any, number: int) -> tuple[str, str]:
    async with shop.database.reading() as session:
        message = await session.get_one(Message, number)
        return message.state, message.reason


async def names(shop: Any) -> list[str]:
    async with shop.database.reading() as session:
        return list(await session.scalars(select(Event.name).order_by(Event.id)))


async def test_it_is_posted_with_tracked_keys_and_stands_in_the_conversation(
    shop: Any, worker: OutboxWorker, api: BotApi
) -> None:
    person = api.person()
    number = await queued(shop, person)
    await tried(shop, worker, number)
    assert await state_of(shop, number) == ("sent", "")
    (shown,) = person.heard
    assert shown.text.splitlines()[0] == "Mei, the things you asked about are still in stock:"
    assert [key["text"] for key in shown.buttons] == KEYS
    assert [key["url"].rpartition("/")[0] for key in shown.buttons] == ["https://shop.example/click"] * 2
    async with shop.database.reading() as session:
        (line,) = await messages_after(session, CHAT, 0)
        chat = await session.get_one(TelegramChat, person.id)
        (place,) = await session.scalars(select(TelegramMessage))
        links = (await session.get_one(Message, number)).links
    assert (line.author, line.text, line.client_id) == ("assistant", shown.text, f"message:{number}")
    assert [card["sku"] for card in line.cards or ()] == ["P-0", "P-1"]
    assert (chat.sent_seq, place.message_id, place.seq) == (1, shown.id, 1)
    assert links == ["https://shop.example/products/P-0", "https://shop.example/products/P-1"]


async def test_its_slot_serves_again_as_soon_as_telegram_allows(shop: Any, worker: OutboxWorker, api: BotApi) -> None:
    person = api.person()
    number = await queued(shop, person)
    began = utc_now().timestamp()
    await tried(shop, worker, number)
    ended = utc_now().timestamp()
    slots = select(TelegramPace.next_at).where(TelegramPace.id > PUSHES, TelegramPace.next_at > 0)
    async with shop.database.reading() as session:
        free_at = max(await session.scalars(slots))
    assert began + 1.0 < free_at <= ended + AFTER_ARRIVAL


async def test_the_first_products_picture_stands_above_it(
    shop: Any, settings: Settings, worker: OutboxWorker, api: BotApi
) -> None:
    drawn(settings.var_dir, "P-0")
    people = [api.person("Mei"), api.person("An")]
    for number, person in enumerate(people):
        await tried(shop, worker, await queued(shop, person, chat=str(number) * 32))
    (first,), (second,) = (person.heard for person in people)
    assert first.wire["photo"][-1]["file_id"] == second.wire["photo"][-1]["file_id"]
    assert [key["text"] for key in second.buttons] == KEYS
    assert first.wire["caption"].splitlines()[0] == "Mei, the things you asked about are still in stock:"
    # It went up once; the second time Telegram was told its number.
    assert [bool(call.values.get("photo")) for call in api.calls_to("sendPhoto")] == [False, True]


async def test_a_picture_that_is_refused_costs_nobody_the_message(
    shop: Any, settings: Settings, worker: OutboxWorker, api: BotApi
) -> None:
    drawn(settings.var_dir, "P-0", content=b"no picture at all")
    person = api.person()
    number = await queued(shop, person)
    async with asyncio.timeout(60):
        while await state_of(shop, number) != ("sent", ""):
            await worker.run_once()
            await asyncio.sleep(0.1)
    (shown,) = person.heard
    assert shown.text.splitlines()[0] == "Mei, the things you asked about are still in stock:"
    assert [attempt.attempt for attempt in await shop.attempts(number)] == [1]
    assert [call.status for call in api.calls if call.method in ("sendPhoto", "sendMessage")] == [400, 200]


async def test_without_consent_nothing_is_posted(shop: Any, worker: OutboxWorker, api: BotApi) -> None:
    person = api.person()
    number = await queued(shop, person, consent=False)
    await worker.run_once()
    assert (await state_of(shop, number), person.heard) == (("suppressed", "no_consent"), [])


async def test_a_flood_puts_off_that_chat_alone(shop: Any, worker: OutboxWorker, api: BotApi) -> None:
    person = api.person()
    number = await queued(shop, person)
    api.flood(60, chat=person.id)
    await tried(shop, worker, number)
    (attempt,) = await shop.attempts(number)
    async with shop.database.reading() as session:
        chat = await session.get_one(TelegramChat, person.id)
    assert (attempt.state, attempt.attempt, attempt.code, person.heard) == ("due", 1, 429, [])
    assert abs(attempt.due_at.timestamp() - chat.next_at) < 1
    assert await worker.run_once() == 0


async def test_who_has_blocked_the_bot_has_withdrawn_everything(shop: Any, worker: OutboxWorker, api: BotApi) -> None:
    person = api.person()
    number = await queued(shop, person)
    person.block()
    await tried(shop, worker, number)
    assert await state_of(shop, number) == ("failed", "bounced: 403 Forbidden: bot was blocked by the user")
    withdrawn = ["consent_withdrawn", "consent_withdrawn", "unsubscribed"]
    assert await names(shop) == ["message_failed", "message_bounced", *withdrawn]
    async with shop.database.reading() as session:
        rows = [(one.purpose, one.granted) for one in await session.scalars(select(Consent).order_by(Consent.id))]
        reason = await suppression_reason(session, "telegram", str(person.id))
        chat = await session.get_one(TelegramChat, person.id)
    assert rows == [("offers", True), ("recommendations", True), ("offers", False), ("recommendations", False)]
    assert (reason, chat.blocked_at is None) == ("blocked", False)


async def test_unblocking_the_bot_is_no_consent(shop: Any, worker: OutboxWorker, api: BotApi) -> None:
    person = api.person()
    number = await queued(shop, person)
    async with shop.database.session() as session:
        await leave_telegram(session, person.id, reason=BLOCKED, source="bot_blocked", at=shop.now)
        await unblocked_telegram(session, person.id)
    await worker.run_once()
    assert (await state_of(shop, number), person.heard) == (("suppressed", "no_consent"), [])


async def test_who_stops_is_not_written_to_again(shop: Any, worker: OutboxWorker, api: BotApi) -> None:
    person = api.person()
    number = await queued(shop, person)
    for _ in range(2):
        async with shop.database.session() as session:
            await leave_telegram(session, person.id, reason=STOPPED, source="stop", at=shop.now)
    await worker.run_once()
    assert (await state_of(shop, number), person.heard) == (("suppressed", "suppressed"), [])
    assert await names(shop) == ["consent_withdrawn", "consent_withdrawn", "unsubscribed", "message_suppressed"]
    async with shop.database.reading() as session:
        customer_id = (await session.get_one(Message, number)).customer_id
        assert await consents_of(session, customer_id) == frozenset()


async def test_a_bot_that_is_away_costs_no_attempt(
    shop: Any, settings: Settings, free_port: int, api: BotApi
) -> None:
    number = await queued(shop, api.person())
    worker = outbox(shop, settings, api.token, f"http://127.0.0.1:{free_port}")
    await tried(shop, worker, number)
    await worker.close()
    (attempt,) = await shop.attempts(number)
    assert (attempt.state, attempt.reason) == ("due", "ConnectError")


async def test_a_lost_answer_parks_marketing(shop: Any, worker: OutboxWorker, api: BotApi) -> None:
    number = await queued(shop, api.person())
    api.fail()
    await tried(shop, worker, number)
    assert (await state_of(shop, number))[0] == "unknown"


@pytest.mark.parametrize(
    ("look", "kind", "heard", "again"),
    [(0.1, "sent", ["Good day"], None), (1.0, "not_tried", [], timedelta(seconds=0.1))],
)
async def test_what_would_leave_too_late_leaves_at_a_moment_taken_ahead_or_not_at_all(
    shop: Any, settings: Settings, api: BotApi, clock: Any,
    look: float, kind: str, heard: list[str], again: timedelta | None,
) -> None:  # fmt: skip
    """As on a machine so busy that every look at the clock is so many seconds later."""
    person = api.person()
    person.start()

    def busy() -> datetime:
        clock.move(seconds=look)
        moment: datetime = clock()
        return moment

    bot = {"telegram_token": SecretStr(api.token), "telegram_api_url": api.url}
    sender = TelegramSender(settings.model_copy(update=bot), shop.database, busy)
    outcome = await sender.send(BotPost(str(person.id), "message:1", "Good day", (), (), transactional=False))
    await sender.close()
    # 1.1 s after the last moment that was missed, and a look at the clock later.
    assert (outcome.kind, outcome.again_after, [shown.text for shown in person.heard]) == (kind, again, heard)


@pytest.mark.parametrize(
    ("status", "said", "kind", "dead"),
    [
        (400, "Bad Request: message text is empty", "refused", False),
        (400, "Bad Request: chat not found", "refused", True),
        (403, "Forbidden: user is deactivated", "refused", True),
        (401, "Unauthorized", "not_tried", False),
        (429, "Too Many Requests: retry after 5", "not_tried", False),
        (502, "Bad Gateway", "unknown", False),
        (200, "", "unknown", False),
    ],
)
def test_what_an_answer_means(status: int, said: str, kind: str, dead: bool) -> None:
    outcome = refusal(status, {"description": said, "parameters": {"retry_after": 5}})
    assert (outcome.kind, outcome.dead_address) == (kind, dead)
