"""A shop's desk for the console's tests: staff, a customer with a past, and conversations in every state."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page

from rapport.chat.desk import take_over
from rapport.chat.staff import Acting
from rapport.store.agents import Role
from rapport.store.canned_replies import CannedReply
from rapport.store.consents import record_consent
from rapport.store.conversations import Conversation, append_message
from rapport.store.customers import add_customer, add_tag
from rapport.store.database import Database
from rapport.store.events import add_event
from rapport.store.messages import queue_message
from rapport.store.notes import Note
from rapport.store.orders import Order, OrderLine
from rapport.store.products import Product
from rapport.store.queue import start_handoff
from rapport.store.scores import move_to_segments, save_scores
from rapport.store.tickets import open_ticket
from tests.browser.conftest import Complaints
from tests.web.conftest import Client
from tests.web.signing_in import signed_in_as


async def agent_browser(
    browser: Browser,
    client: Client,
    name: str,
    complaints: Complaints,
    *,
    role: Role = "agent",
    language: str = "zh",
    **options: Any,
) -> BrowserContext:
    """A browser in which this agent is logged in."""
    headers = await signed_in_as(client.settings, name, role, language=language)
    context = await browser.new_context(base_url=client.settings.public_url, **options)
    complaints.watch(context)
    cookie = SimpleCookie(headers["Cookie"])
    await context.add_cookies(
        [{"name": key, "value": one.value, "url": client.settings.public_url} for key, one in cookie.items()]
    )
    return context


async def conversation(
    database: Database,
    *,
    name: str | None = None,
    said: Sequence[tuple[str, str]] = (),
    **columns: Any,
) -> str:
    """A conversation in which this was said, as (author, text), a minute apart and up to now."""
    now, number = datetime.now(UTC), secrets.token_hex(16)
    async with database.session() as session:
        customer_id = columns.pop("customer_id", None)
        if name:
            customer_id = (await add_customer(session, {}, now=now, name=name, language="zh")).id
        made = Conversation(id=number, customer_id=customer_id, channel="web", language="zh", opened_at=now)
        for column, value in columns.items():
            setattr(made, column, value)
        session.add(made)
        await session.flush()
        for count, (author, text) in enumerate(said):
            at = now - timedelta(minutes=len(said) - count)
            await append_message(session, number, author, text, at=at)  # type: ignore[arg-type]
    return number


async def in_queue(database: Database, number: str, *, reason: str = "asked_for", waited: float = 2) -> str:
    """Puts it into the queue, as if so many minutes ago."""
    async with database.session() as session:
        await start_handoff(session, number, reason=reason, now=datetime.now(UTC) - timedelta(minutes=waited))
    return number


async def held(database: Database, number: str, agent: str) -> str:
    """The agent takes it over."""
    async with database.session() as session:
        found = await session.get_one(Conversation, number)
        by = Acting(agent, agent.title())
        await take_over(session, number, by, version=found.version, now=datetime.now(UTC))
    return number


async def understood(
    database: Database, number: str, seq: int, intent: str, confidence: float, **entities: str
) -> None:
    """What the assistant took a message for."""
    async with database.session() as session:
        properties = {
            "intent": intent, "confidence": confidence, "sentiment": 0.24,
            "entities": [{"entity": entity, "value": value} for entity, value in entities.items()],
        }  # fmt: skip
        now = datetime.now(UTC)
        await add_event(
            session, "message_understood", customer_id=None, at=now, properties=properties,
            conversation_id=number, key=f"{number}:{seq}:0",
        )  # fmt: skip


async def known_customer(database: Database) -> int:
    """A customer with orders, scores, consents, a ticket and messages."""
    now = datetime.now(UTC)
    async with database.session() as session:
        customer = await add_customer(
            session, {"email": "mei.lin@example.org", "phone": "+8613800001234", "external_id": "c-1042"},
            now=now - timedelta(days=420), name="林美", language="zh", time_zone="Asia/Shanghai",
        )  # fmt: skip
        products = [
            Product(
                sku=sku, price_minor=price, stock=20, names={"zh": zh, "en": en}, picture="/static/leaf.svg",
                descriptions={"zh": zh, "en": en},
            )
            for sku, price, zh, en in (
                ("TEA-001", 8800, "云雾绿茶", "Cloud mist green tea"),
                ("POT-003", 26800, "紫砂小壶", "Small clay teapot"),
                ("CUP-012", 6900, "粗陶杯", "Stoneware cup"),
                ("BAG-007", 15900, "帆布托特包", "Canvas tote"),
            )
        ]  # fmt: skip
        session.add_all(products)
        await session.flush()
        for number, status, days, product in (("20260118001", "delivered", 40, 0), ("20260301002", "shipped", 3, 1)):
            order = Order(number=number, customer_id=customer.id, status=status, currency="CNY", total_minor=26800)
            order.placed_at = now - timedelta(days=days)
            order.carrier, order.tracking_number = "顺丰", "SF1402938475610"
            session.add(order)
            await session.flush()
            line = OrderLine(order_id=order.id, product_id=products[product].id, quantity=2, unit_price_minor=13400)
            session.add(line)
        reasons = [
            {"feature": "recency_days", "value": 0.0056, "effect": 0.8},
            {"feature": "visits_30d", "value": 6.0, "effect": 0.5},
            {"feature": "refunds", "value": 1.0, "effect": -0.3},
        ]
        score = {"customer_id": customer.id, "name": "conversion", "value": 0.62, "reasons": reasons}
        await save_scores(session, [score | {"model_version": "v1", "at": now}])
        await move_to_segments(session, {customer.id: "loyal"}, model_version="v1", at=now)
        await add_tag(session, customer.id, "爱喝茶", now=now)
        for purpose in ("order_updates", "recommendations"):
            await record_consent(
                session, customer.id, channel="email", purpose=purpose, granted=True, at=now, source="test"
            )
        await queue_message(
            session, key="m1", customer_id=customer.id, channel="email", purpose="recommendations",
            template="follow_up", language="zh", context={}, now=now, due_at=now, rule="recommendation-follow-up",
            rule_version="gone",
        )  # fmt: skip
    return customer.id


async def canned(database: Database, shortcut: str, zh: str, en: str) -> None:
    """A canned reply."""
    async with database.session() as session:
        reply = CannedReply(shortcut=shortcut, text_zh=zh, text_en=en, changed_by="lin")
        reply.changed_at = datetime.now(UTC)
        session.add(reply)


async def note(database: Database, number: str, after_seq: int, agent: str, text: str) -> None:
    """A private note."""
    async with database.session() as session:
        at = datetime.now(UTC) - timedelta(minutes=1)
        session.add(Note(conversation_id=number, after_seq=after_seq, agent=agent, text=text, at=at))


async def ticket(database: Database, number: str, customer_id: int, kind: str, text: str) -> None:
    """A ticket of the customer."""
    async with database.session() as session:
        await open_ticket(
            session, kind, customer_id=customer_id, conversation_id=number, text=text, now=datetime.now(UTC)
        )


async def console(context: BrowserContext, path: str = "/console") -> Page:
    """The console, once it listens to what happens."""
    page = await context.new_page()
    async with page.expect_response(lambda answer: answer.url.endswith("/api/stream")):
        await page.goto(path)
    return page
