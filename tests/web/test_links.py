"""What the links of a mail do, over HTTP and on both databases."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from rapport.messaging.tracking import Tracker
from rapport.settings import Settings
from rapport.store.consents import Consent, record_consent, suppress, suppression_reason
from rapport.store.customers import add_customer
from rapport.store.database import Database
from rapport.store.events import Event
from rapport.store.messages import Message
from rapport.store.signals import Signals
from rapport.web import links, static_files
from rapport.web.headers import SecurityHeaders
from rapport.web.problems import install_problems
from rapport.web.services import Services

KEY = "a key for tests"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0 Safari/537.36"}
URLS = ("https://shop.example/products/P-1", "https://shop.example/products/茶")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(var_dir=tmp_path, secret_key=KEY, shop_name="Halfhill", public_url="http://shop.example")


@pytest.fixture
async def client(database: Database, settings: Settings, now: datetime) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.services = Services(settings, database, Signals(), lambda: now + timedelta(hours=1))
    for router in (links.router, static_files.router):
        app.include_router(router)
    install_problems(app)
    app.add_middleware(SecurityHeaders)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example", headers=BROWSER) as client:
        yield client


@pytest.fixture
async def message(database: Database, now: datetime) -> Message:
    async with database.session() as session:
        customer = await add_customer(session, {"email": "mei@example.org"}, now=now, name="Mei")
        message = Message(
            key="one",
            customer_id=customer.id,
            channel="email",
            purpose="recommendations",
            template="recommendations",
            language="en",
            context={"confirm": {"channel": "email", "purpose": "offers"}},
            links=list(URLS),
            message_id="<1@shop.example>",
            state="sent",
            queued_at=now,
            sent_at=now,
        )
        session.add(message)
        await record_consent(
            session,
            customer.id,
            channel="email",
            purpose="recommendations",
            granted=True,
            at=now,
            source="chat",
        )
        await session.flush()
    return message


@pytest.fixture
def tracker(message: Message) -> Tracker:
    tracker = Tracker(message.id, public_url="http://shop.example", key=KEY)
    for url in URLS:
        tracker.link(url)
    return tracker


async def events_of(database: Database) -> list[tuple[str, str | None]]:
    async with database.reading() as session:
        rows = await session.scalars(select(Event).order_by(Event.id))
        return [(event.name, event.properties.get("actor")) for event in rows]


async def consents_in(database: Database) -> list[tuple[str, bool, str]]:
    async with database.reading() as session:
        rows = await session.scalars(select(Consent).order_by(Consent.id))
        return [(row.purpose, row.granted, row.source) for row in rows]


async def test_click_redirects_and_is_counted_once(client: Any, database: Database, tracker: Tracker) -> None:
    for _ in range(3):
        answer = await client.get(tracker.link(URLS[0]))
    assert (answer.status_code, answer.headers["location"]) == (302, URLS[0])
    other = await client.get(tracker.link(URLS[1]))
    assert other.headers["location"] == "https://shop.example/products/%E8%8C%B6"
    assert await events_of(database) == [("message_clicked", "human")] * 2


async def test_click_by_a_scanner_is_kept_apart(client: Any, database: Database, tracker: Tracker) -> None:
    assert (await client.head(tracker.link(URLS[0]))).status_code == 302
    await client.get(tracker.link(URLS[1]), headers={"User-Agent": "Barracuda Sentinel (EE)"})
    await client.get(tracker.link(URLS[0]), headers={"User-Agent": ""})
    assert await events_of(database) == [
        ("message_clicked", "machine"),
        ("message_clicked", "machine"),
        ("message_clicked", "unknown"),
    ]


@pytest.mark.parametrize(("link", "key"), [(2, KEY), (-1, KEY), (0, "another key")])
async def test_click_goes_nowhere_else(
    client: Any, database: Database, message: Message, link: int, key: str
) -> None:
    tracker = Tracker(message.id, public_url="http://shop.example", key=key)
    for number in range(link + 1):
        tracker.link(f"https://elsewhere.example/{number}")
    url = tracker.link(f"https://elsewhere.example/{link}") if link >= 0 else "/click/nonsense"
    answer = await client.get(url)
    assert (answer.status_code, "location" in answer.headers) == (403, False)
    assert await events_of(database) == []


async def test_open_answers_a_picture_and_counts(client: Any, database: Database, tracker: Tracker) -> None:
    answer = await client.get(tracker.page("open"))
    await client.get(tracker.page("open"), headers={"User-Agent": "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"})
    assert (answer.status_code, answer.headers["content-type"], answer.content[:6]) == (200, "image/gif", b"GIF89a")
    assert answer.headers["cache-control"] == "no-store"
    assert await events_of(database) == [("message_opened", "human"), ("message_opened", "unknown")]


async def test_unsubscribe_page_changes_nothing(client: Any, database: Database, tracker: Tracker) -> None:
    answer = await client.get(tracker.page("unsubscribe"))
    assert (answer.status_code, await events_of(database)) == (200, [])
    assert re.findall(r"<h1>(.*)</h1>|<button[^>]*>(.*)</button>", answer.text) == [
        ("No more product recommendations?", ""),
        ("", "Unsubscribe"),
    ]
    assert "script" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "body",
    [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}, {"content": b"\xff\x00%%%"}, {}],
)
async def test_one_click_unsubscribe_withdraws_once(
    client: Any, database: Database, tracker: Tracker, body: dict[str, Any]
) -> None:
    answers = [await client.post(tracker.page("unsubscribe"), **body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert await consents_in(database) == [
        ("recommendations", True, "chat"),
        ("recommendations", False, "unsubscribe_link"),
    ]
    assert [name for name, _ in await events_of(database)] == ["consent_withdrawn", "unsubscribed"]


async def test_unsubscribing_again_after_a_new_consent_withdraws_that(
    client: Any, database: Database, tracker: Tracker, message: Message, now: datetime
) -> None:
    await client.post(tracker.page("unsubscribe"))
    async with database.session() as session:
        await record_consent(
            session,
            message.customer_id,
            channel="email",
            purpose="recommendations",
            granted=True,
            at=now,
            source="chat",
        )
    await client.post(tracker.page("unsubscribe"))
    assert [granted for _, granted, _ in await consents_in(database)] == [True, False, True, False]


async def test_preferences_shows_and_sets_what_is_granted(client: Any, database: Database, tracker: Tracker) -> None:
    shown = (await client.get(tracker.page("preferences"))).text
    boxes = re.findall(r'value="(\w+)"( checked)?> ', shown)
    assert boxes == [
        ("recommendations", " checked"),
        ("offers", ""),
        ("cart_reminders", ""),
        ("newsletter", ""),
        ("win_back", ""),
    ]
    fields = {"form": "preferences", "purpose": ["offers", "newsletter", "made_up"]}
    for _ in range(2):
        answer = await client.post(tracker.page("preferences"), data=fields)
    assert answer.status_code == 200
    assert await consents_in(database) == [
        ("recommendations", True, "chat"),
        ("recommendations", False, "preferences_page"),
        ("offers", True, "preferences_page"),
        ("newsletter", True, "preferences_page"),
    ]


async def test_preferences_takes_only_its_own_form(client: Any, database: Database, tracker: Tracker) -> None:
    answers = [
        await client.post(tracker.page("preferences"), **body)
        for body in ({"data": ONE_CLICK}, {}, {"content": b"a&" * 200}, {"content": b"\xff=\xfe"})
    ]
    assert [answer.status_code for answer in answers] == [422] * 4
    assert answers[0].headers["content-type"] == "application/problem+json"
    assert await consents_in(database) == [("recommendations", True, "chat")]


async def test_confirm_grants_on_post_only(client: Any, database: Database, tracker: Tracker) -> None:
    page = await client.get(tracker.page("confirm"))
    assert "Confirm offers and discounts?" in page.text
    assert len(await consents_in(database)) == 1
    for _ in range(2):
        await client.post(tracker.page("confirm"))
    assert await consents_in(database) == [("recommendations", True, "chat"), ("offers", True, "double_opt_in")]
    assert await events_of(database) == [("consent_granted", None)]


@pytest.mark.parametrize(("reason", "kept"), [("unsubscribed", None), ("bounced", "bounced")])
async def test_confirm_lifts_her_own_unsubscribing_only(
    client: Any, database: Database, tracker: Tracker, now: datetime, *, reason: str, kept: str | None
) -> None:
    async with database.session() as session:
        await suppress(session, "email", "mei@example.org", reason=reason, at=now)
    await client.post(tracker.page("confirm"))
    async with database.reading() as session:
        assert await suppression_reason(session, "email", "mei@example.org") == kept


async def test_pages_speak_the_customers_language(
    client: Any, database: Database, message: Message, tracker: Tracker
) -> None:
    async with database.session() as session:
        (await session.get_one(Message, message.id)).language = "zh"
    pages = [(await client.get(tracker.page(name))).text for name in ("unsubscribe", "preferences", "confirm")]
    assert [re.findall(r'lang="(\w+)"|<h1>(.*)</h1>', page) for page in pages] == [
        [("zh", ""), ("", "不想再收「好物推荐」？")],
        [("zh", ""), ("", "您想收到什么？")],
        [("zh", ""), ("", "确认想收到「优惠消息」？")],
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("page", ["unsubscribe", "preferences", "confirm"])
@pytest.mark.parametrize("token", ["x", "a.b.c", "%00", "é", "1" * 5000])
async def test_an_unknown_token_gets_a_kind_page(client: Any, page: str, token: str, method: str) -> None:
    data = {"form": "preferences"} if method == "POST" else None
    headers = {"Accept-Language": "zh-CN,zh;q=0.9"}
    answer = await client.request(method, f"/{page}/{token}", data=data, headers=headers)
    assert (answer.status_code, re.findall(r"<h1>(.*)</h1>", answer.text)) == (403, ["这个链接打不开了"])


async def test_a_token_opens_only_its_own_page(client: Any, tracker: Tracker) -> None:
    token = tracker.page("preferences").rsplit("/", 1)[1]
    assert (await client.post(f"/unsubscribe/{token}")).status_code == 403


async def test_a_message_that_is_gone_is_an_unknown_one(client: Any, database: Database, message: Message) -> None:
    gone = Tracker(message.id + 1, public_url="http://shop.example", key=KEY)
    answers = [
        await client.get(gone.link(URLS[0])),
        await client.get(gone.page("open")),
        await client.post(gone.page("unsubscribe")),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


async def test_the_pages_style_is_served(client: Any) -> None:
    answer = await client.get("/static/links.css")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
