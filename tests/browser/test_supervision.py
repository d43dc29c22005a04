"""The board and review in a real browser: what they show, one click that teaches, no serious finding of axe."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from rapport.store.agents import Role
from rapport.store.conversations import Conversation, Handoff, append_message
from rapport.store.database import Database
from rapport.store.events import add_event
from rapport.store.proposals import Proposal
from tests.browser import desk_scene as scene
from tests.browser.conftest import Complaints, shared
from tests.web.conftest import Client

PICTURES = os.environ.get("RAPPORT_PICTURES")
HOSTILE = (
    "<script>document.title='hacked'</script><svg onload=\"document.title='hacked'\"> \u202ecba\u0007 " + "x" * 3000
)
LIKELY = ["delivery_problem", "order_status", "complaint"]


@shared
async def database(client: Client) -> AsyncIterator[Database]:
    database = Database(client.settings.database_url)
    yield database
    await database.close()


async def heard(database: Database, number: str, text: str, **told: Any) -> None:
    now = datetime.now(UTC)
    async with database.session() as session:
        said = await append_message(session, number, "customer", text, at=now)
        properties = {"intent": "nlu_fallback", "confidence": 0.31, "likely": LIKELY, **told}
        await add_event(
            session, "message_understood", customer_id=None, at=now, conversation_id=number,
            properties=properties, key=f"{number}:{said.seq}:0",
        )  # fmt: skip
        await append_message(session, number, "assistant", "我没听明白。", at=now)


async def a_week(database: Database) -> None:
    """Some conversations a day, some of them with an agent, some rated."""
    now = datetime.now(UTC)
    for day in range(7):
        for number in range(3 + 2 * (day % 3)):
            at = now - timedelta(days=day, minutes=40)
            name = f"{day * 100 + number + 1:032x}"
            async with database.session() as session:
                ended = {"closed_at": at, "stars": 5 - number % 3}
                session.add(Conversation(id=name, channel="web", language="zh", opened_at=at, **ended))
                await session.flush()
                said = await append_message(session, name, "customer", "到哪了", at=at)
                await add_event(
                    session, "message_understood", customer_id=None, at=at, conversation_id=name,
                    properties={"intent": "order_status", "confidence": 0.9}, key=f"{name}:{said.seq}:0",
                )  # fmt: skip
                await append_message(session, name, "assistant", "在路上。", at=at)
                if number % 2:
                    session.add(
                        Handoff(
                            conversation_id=name, reason="asked", requested_at=at, state="ended", agent="lin",
                            accepted_at=at + timedelta(seconds=20 + 9 * day), outcome="resolved",
                            answered_at=at + timedelta(seconds=35), ended_at=at + timedelta(minutes=6 + day),
                        )
                    )  # fmt: skip


async def waiting(database: Database) -> str:
    number = await scene.conversation(database, said=[("customer", "有人吗")])
    async with database.session() as session:
        one = await session.get_one(Conversation, number)
        one.responder, one.waiting_since = "queue", datetime.now(UTC) - timedelta(minutes=4)
        session.add(Handoff(conversation_id=number, reason="asked", requested_at=one.waiting_since))
    return number


async def serious(page: Page) -> list[Any]:
    found = (await Axe().run(page)).response["violations"]
    return [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@shared
async def admin(browser: Browser, client: Client, complaints: Complaints) -> AsyncIterator[BrowserContext]:
    context = await scene.agent_browser(browser, client, "ada", complaints, role="admin")
    yield context
    await context.close()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_axe_finds_nothing_serious(
    browser: Browser, client: Client, database: Database, complaints: Complaints, width: int, language: str,
    scheme: Literal["light", "dark"],
) -> None:  # fmt: skip
    await a_week(database)
    await waiting(database)
    number = await scene.conversation(database)
    await heard(
        database,
        number,
        "我那个东西咋还没影呢，说好礼拜三的" if language == "zh" else "thing's still not here mate??",
    )
    await heard(database, number, "R-5521，电话13800138000", intent="order_status", confidence=0.42)
    context = await scene.agent_browser(
        browser, client, "ada", complaints, role="admin", language=language, color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )  # fmt: skip
    page = await context.new_page()
    for path in ("/console/board", "/console/board?by=agent", "/console/review"):
        await page.goto(path)
        assert await serious(page) == []
        wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0
        if PICTURES:
            name = path.replace("/", "-").replace("?", "-").strip("-")
            await page.screenshot(path=Path(PICTURES) / f"{name}-{language}-{width}-{scheme}.png")
    await page.locator(".turn button[name=intent]").first.click()
    await expect(page.locator(".turn.judged")).to_have_count(1)
    assert await serious(page) == []
    await context.close()
    assert complaints == []


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_table_of_days_fits_a_screen_and_a_phone_shows_where_one_is(
    browser: Browser, client: Client, database: Database, complaints: Complaints, language: str
) -> None:
    await a_week(database)
    context = await scene.agent_browser(browser, client, "ada", complaints, role="admin", language=language)
    page = await context.new_page()
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.goto("/console/board")
    table = page.locator(".wide-table")
    assert await table.evaluate("table => table.scrollWidth - table.clientWidth") <= 0
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.reload()
    await expect(page.locator(".bar nav [aria-current]")).to_be_in_viewport(ratio=0.95)
    await context.close()
    assert complaints == []


async def test_one_click_is_a_proposal_and_the_keyboard_goes_on(
    admin: BrowserContext, client: Client, database: Database
) -> None:
    number = await scene.conversation(database)
    await heard(database, number, "咋还没影呢")
    page = await admin.new_page()
    await page.goto("/console/review")
    await page.get_by_role("button", name="包裹出问题", exact=True).press("Enter")
    await expect(page.locator(".turn.judged [role=status]")).to_have_text("记下了：包裹出问题")
    await expect(page.get_by_role("button", name="改一下")).to_be_focused()
    async with database.reading() as session:
        proposal = (await session.scalars(select(Proposal))).one()
    assert (proposal.text, proposal.intent, proposal.state) == ("咋还没影呢", "delivery_problem", "proposed")
    await page.keyboard.press("Enter")
    await page.locator(".turn select").select_option("praise")
    await page.get_by_role("button", name="就是这个").click()
    await expect(page.locator(".turn.judged [role=status]")).to_have_text("记下了：夸奖")
    await page.reload()
    await expect(page.locator(".turn")).to_have_count(0)
    await expect(page.locator(".nothing")).to_be_visible()


async def test_new_ones_are_told(admin: BrowserContext, client: Client, database: Database) -> None:
    page = await admin.new_page()
    await page.clock.install()
    await page.goto("/console/review")
    await heard(database, await scene.conversation(database), "咋还没影呢")
    await page.clock.run_for(11_000)
    await page.get_by_role("link", name="1 条新的，点这里看").click()
    await expect(page.locator(".turn")).to_have_count(1)


async def test_hostile_text_is_text(admin: BrowserContext, client: Client, database: Database) -> None:
    number = await scene.conversation(database)
    await heard(database, number, HOSTILE)
    page = await admin.new_page()
    await page.goto("/console/review")
    await expect(page.locator(".turn blockquote")).to_contain_text(
        "<script>document.title='hacked'</script><svg onload"
    )
    assert "hacked" not in await page.title()
    assert "\u202e" not in await page.locator(".turn blockquote").inner_text()
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def test_the_board_is_live_and_leads_to_the_thread(
    admin: BrowserContext, client: Client, database: Database
) -> None:
    page = await admin.new_page()
    await page.clock.install()
    await page.goto("/console/board")
    await expect(page.locator("#now .tile b").first).to_have_text("0")
    number = await waiting(database)
    await page.clock.run_for(11_000)
    await expect(page.locator("#now .tile b").first).to_have_text("1")
    await page.get_by_role("link", name="旁观").click()
    await expect(page.locator("#conversation")).to_have_attribute("data-id", number)
    async with database.reading() as session:
        assert (await session.get_one(Conversation, number)).responder == "queue"


async def test_a_period_by_agent_and_one_that_is_none(
    admin: BrowserContext, client: Client, database: Database
) -> None:
    await a_week(database)
    page = await admin.new_page()
    await page.goto("/console/board")
    await expect(page.locator("svg rect.whole")).to_have_count(7)
    await expect(page.locator(".wide-table tbody tr")).to_have_count(7)
    await page.locator("select[name=by]").select_option("agent")
    await page.get_by_role("button", name="查看").click()
    await expect(page.locator(".wide-table tbody th")).to_have_text(["lin"])
    await page.goto("/console/board?from=2026-03-02&to=2026-03-01")
    await expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize(
    ("role", "board", "review"), [("viewer", 200, 403), ("agent", 403, 200), ("marketer", 200, 200)]
)
async def test_who_sees_which_page(browser: Browser, client: Client, role: Role, board: int, review: int) -> None:
    context = await scene.agent_browser(browser, client, "may", Complaints(), role=role)
    answers = [await context.request.get(path) for path in ("/console/board", "/console/review")]
    assert [answer.status for answer in answers] == [board, review]
    await context.close()
