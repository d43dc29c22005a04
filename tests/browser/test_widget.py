"""The widget in a real browser: a customer writes, is answered, reloads, and finds everything again."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from rapport.store.conversations import Conversation, Handoff, change_responder
from rapport.store.database import Database
from rapport.store.signals import send_signal
from tests.browser.conftest import Complaints
from tests.web.conftest import Client

CARD = {
    "sku": "TEA-001",
    "name": "云雾<b>绿茶</b>",
    "price": "¥88.00",
    "picture": "/static/leaf.svg",
    "url": "/products/TEA-001",
}


async def opened(context: BrowserContext, path: str = "/?lang=zh") -> Page:
    page = await context.new_page()
    await page.goto(path)
    await page.locator("rapport-chat .bubble").click()
    return page


async def write(page: Page, text: str) -> None:
    await page.locator("rapport-chat textarea").fill(text)
    await page.keyboard.press("Enter")


def said(page: Page, author: str) -> Any:
    return page.locator(f"rapport-chat .message.{author}:not(.pending) .text")


async def test_a_question_is_answered_and_survives_a_reload(context: BrowserContext, client: Client) -> None:
    page = await opened(context)
    await write(page, "有红色的杯子吗？")
    await expect(said(page, "customer")).to_have_text(["您: 有红色的杯子吗？"])
    await expect(said(page, "assistant").last).to_have_text("助手: You said: 有红色的杯子吗？")
    await expect(page.locator("rapport-chat .pending")).to_have_count(0)
    await page.reload()
    await page.locator("rapport-chat .bubble").click()
    await expect(said(page, "customer")).to_have_text(["您: 有红色的杯子吗？"])
    await expect(said(page, "assistant").last).to_have_text("助手: You said: 有红色的杯子吗？")
    assert client.rasa.said() == ["有红色的杯子吗？"]


async def test_chinese_glyphs_are_drawn(context: BrowserContext) -> None:
    page = await opened(context)

    async def ink(text: str) -> float:
        return float(
            await page.evaluate(
                """text => { const pen = document.createElement("canvas").getContext("2d");
                pen.font = "40px " + getComputedStyle(document.body).fontFamily;
                pen.fillText(text, 0, 40);
                return pen.getImageData(0, 0, 60, 60).data.filter((byte, at) => at % 4 == 3 && byte).length; }""",
                text,
            )
        )

    # A missing glyph is one box for all: two characters without a font would be drawn with the same ink.
    assert await ink("一") != await ink("龘")


async def test_enter_while_composing_sends_nothing(context: BrowserContext, client: Client) -> None:
    page = await opened(context)
    input_ = page.locator("rapport-chat textarea")
    await input_.fill("nihao")
    for composing in ({"isComposing": True}, {"keyCode": 229}):
        await input_.dispatch_event("keydown", {"key": "Enter", "bubbles": True, **composing})
    await expect(input_).to_have_value("nihao")
    await page.keyboard.press("Shift+Enter")
    await expect(input_).to_have_value("nihao\n")
    await write(page, "你好")
    await expect(said(page, "customer")).to_have_text(["您: 你好"])


async def test_cards_and_buttons_are_shown_as_text_and_answer(context: BrowserContext, client: Client) -> None:
    buttons = [{"title": "好<i>呀</i>", "payload": "/affirm"}]
    client.rasa.answer = lambda question: [
        {"text": "<img src=x onerror=alert(1)>", "buttons": buttons},
        {"custom": {"cards": [CARD]}},
    ]
    page = await opened(context)
    await write(page, "推荐")
    await expect(said(page, "assistant").last).to_have_text("助手: <img src=x onerror=alert(1)>")
    await expect(page.locator("rapport-chat .card strong")).to_have_text("云雾<b>绿茶</b>")
    await page.locator("rapport-chat .quick button", has_text="好<i>呀</i>").click()
    await expect(said(page, "customer").last).to_have_text("您: 好<i>呀</i>")
    await expect(said(page, "assistant")).to_have_count(3)
    assert client.rasa.said() == ["推荐", "/affirm"]


async def test_what_is_written_offline_is_sent_once_when_the_line_is_back(
    context: BrowserContext, client: Client, complaints: list[str]
) -> None:
    page = await opened(context)
    await write(page, "第一句")
    await expect(said(page, "assistant")).to_have_count(2)
    failed = False

    async def lose_the_answer(route: Any) -> None:
        nonlocal failed
        if failed:
            await route.continue_()
            return
        failed = True
        await route.fetch()
        await route.fulfill(status=503)

    await context.route("**/chat/messages", lose_the_answer)
    await write(page, "第二句")
    await expect(said(page, "assistant").last).to_have_text("助手: You said: 第二句")
    assert client.rasa.said() == ["第一句", "第二句"]
    await expect(said(page, "customer")).to_have_count(2)
    (complaint,) = complaints
    assert "503" in complaint
    complaints.clear()


async def test_two_tabs_share_one_conversation_and_one_stream(context: BrowserContext, client: Client) -> None:
    first = await opened(context)
    await write(first, "第一页")
    await expect(said(first, "assistant")).to_have_count(2)
    second = await opened(context)
    await expect(said(second, "customer")).to_have_text(["您: 第一页"])
    await write(second, "第二页")
    for page in (first, second):
        await expect(said(page, "assistant").last).to_have_text("助手: You said: 第二页")


async def test_the_keyboard_opens_closes_and_keeps_the_focus(context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto("/?lang=en")
    await page.locator("rapport-chat .bubble").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("rapport-chat textarea")).to_be_focused()
    await expect(page.locator("rapport-chat").get_by_role("log")).to_have_attribute("aria-live", "polite")
    await page.keyboard.press("Escape")
    await expect(page.locator("rapport-chat .bubble")).to_be_focused()


async def test_the_queue_is_shown_and_can_be_left(context: BrowserContext, client: Client) -> None:
    page = await opened(context)
    await write(page, "你好")
    await expect(said(page, "assistant")).to_have_count(2)
    database = Database(client.settings.database_url)
    async with database.session() as session:
        conversation = (await session.scalars(select(Conversation))).one()
        session.add(Handoff(conversation_id=conversation.id, reason="asked", requested_at=conversation.opened_at))
        since = conversation.opened_at
        await change_responder(session, conversation.id, "queue", version=1, waiting_since=since)
        await send_signal(session, f"chat:{conversation.id}")
    await database.close()
    await expect(page.get_by_text("正在为您转接同事，下一位就是您。")).to_be_visible()
    await page.get_by_role("button", name="不等了，回到助手").click()
    await expect(page.get_by_text("正在为您转接同事")).to_be_hidden()
    await write(page, "还在吗")
    await expect(said(page, "assistant").last).to_have_text("助手: You said: 还在吗")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_page_fits_its_window(context: BrowserContext, language: str, width: int) -> None:
    page = await context.new_page()
    await page.set_viewport_size({"width": width, "height": 800})
    await page.goto(f"/?lang={language}")
    await page.locator("rapport-chat .bubble").click()
    box = await page.locator("rapport-chat .panel").bounding_box()
    assert box is not None
    assert (box["width"], box["x"] + box["width"] <= width) == (390 if width == 390 else 384, True)
    assert await page.evaluate("document.documentElement.scrollWidth") == width


TABLE = {
    "columns": [
        {"sku": "A", "name": "雨过<i>天青</i>杯", "picture": "/static/leaf.svg", "url": "/products/WARE-003"},
        {"sku": "B", "name": "柴烧粗陶杯", "picture": "/static/leaf.svg", "url": "/products/WARE-007"},
        {"sku": "C", "name": "长风保温杯", "picture": "javascript:alert(1)", "url": "//evil.example"},
        {"sku": "D", "name": "钛保温随行杯"},
    ],
    "rows": [
        {"label": "价格", "cells": ["¥45", "¥108", "¥129", "¥399"]},
        {"label": "特点", "cells": ["–", "手工制作、可进微波炉", "保温、防漏", "<script>alert(1)</script>"]},
    ],
}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
async def test_a_comparison_is_a_table_for_eyes_and_ears(
    browser: Browser, client: Client, complaints: Complaints, width: int, scheme: Literal["light", "dark"]
) -> None:
    client.rasa.answer = lambda question: [{"text": "放在一起比一比："}, {"custom": {"table": TABLE}}]
    context = await browser.new_context(
        locale="zh-CN",
        base_url=client.settings.public_url,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
    )
    complaints.watch(context)
    page = await opened(context)
    await write(page, "比较一下")
    table = page.locator("rapport-chat").get_by_role("table", name="商品对比")
    await expect(table.get_by_role("columnheader")).to_have_text(
        ["雨过<i>天青</i>杯", "柴烧粗陶杯", "长风保温杯", "钛保温随行杯"]
    )
    await expect(table.get_by_role("rowheader")).to_have_text(["价格", "特点"])
    await expect(table.get_by_role("cell", name="<script>alert(1)</script>")).to_be_visible()
    # Two of the four lead anywhere, and into the shop.
    links = await table.get_by_role("link").evaluate_all("links => links.map(link => new URL(link.href).pathname)")
    assert links == ["/products/WARE-003", "/products/WARE-007"]
    region = page.locator("rapport-chat").get_by_role("region", name="商品对比")
    # What does not fit is scrolled within its own frame, with the labels staying; the chat itself is not wider.
    assert await region.evaluate("one => one.scrollWidth > one.clientWidth")
    await region.evaluate("one => { one.scrollLeft = 200; }")
    await expect(table.get_by_role("rowheader", name="价格")).to_be_in_viewport()
    scroll = page.locator("rapport-chat .scroll")
    assert await scroll.evaluate("one => one.scrollWidth === one.clientWidth")
    await context.close()
    assert complaints == []
