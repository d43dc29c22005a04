"""A customer writes, is answered, reloads, finds everything again, and is told when there is news."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from rapport.store.conversations import Handoff, append_message, change_responder
from tests.browser.conftest import shared
from tests.browser.customer import behind, bubble, input_of, opened, said, write
from tests.browser.parts import CARD
from tests.web.conftest import Client


async def test_a_question_is_answered_and_survives_a_reload(context: BrowserContext, client: Client) -> None:
    page = await opened(context)
    await write(page, "有红色的杯子吗？")
    await expect(said(page, "customer")).to_have_text(["您: 有红色的杯子吗？"])
    await expect(said(page, "assistant").last).to_have_text("助手: You said: 有红色的杯子吗？")
    await expect(page.locator("rapport-chat .pending")).to_have_count(0)
    await expect(page.locator("rapport-chat .note")).to_have_text("已发送")
    # On the next page the chat is open still.
    await page.reload()
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


async def test_the_queue_is_shown_and_can_be_left(context: BrowserContext, client: Client) -> None:
    page = await opened(context)
    await write(page, "你好")
    await expect(said(page, "assistant")).to_have_count(2)
    async with behind(client) as (session, conversation):
        since = conversation.opened_at
        session.add(Handoff(conversation_id=conversation.id, reason="asked", requested_at=since))
        await change_responder(session, conversation.id, "queue", version=1, waiting_since=since)
    await expect(page.get_by_text("正在为您转接同事，下一位就是您。")).to_be_visible()
    await page.get_by_role("button", name="不等了，回到助手").click()
    await expect(page.get_by_text("正在为您转接同事")).to_be_hidden()
    await write(page, "还在吗")
    await expect(said(page, "assistant").last).to_have_text("助手: You said: 还在吗")


async def test_news_behind_a_closed_panel_is_counted_and_teased(context: BrowserContext, client: Client) -> None:
    page = await opened(context)
    await page.locator("rapport-chat").evaluate("one => { one.dataset.unreadInTitle = ''; }")
    title = await page.title()
    await write(page, "你好")
    await expect(said(page, "assistant")).to_have_count(2)
    await page.keyboard.press("Escape")
    for text in ("有新款了。", "<b>来看看</b>"):
        async with behind(client) as (session, conversation):
            await append_message(session, conversation.id, "assistant", text, at=conversation.opened_at)
    await expect(page.locator("rapport-chat .badge")).to_have_text("2")
    await expect(bubble(page)).to_have_accessible_name("和我们聊聊 (2 条新消息)")
    await expect(page).to_have_title(f"(2) {title}")
    # A page that is opened later knows it as well.
    other = await context.new_page()
    await other.goto("/?lang=zh")
    await expect(other.locator("rapport-chat .badge")).to_have_text("2")
    await page.locator("rapport-chat .tease", has_text="<b>来看看</b>").click()
    for each in (page, other):
        await expect(each.locator("rapport-chat .badge")).to_be_hidden()
    await expect(page).to_have_title(title)
    await expect(input_of(page)).to_be_focused()


async def test_the_server_learns_what_was_read(context: BrowserContext, client: Client) -> None:
    page = await opened(context)
    async with page.expect_request("**/chat/read") as told:
        await write(page, "你好")
        await expect(said(page, "assistant")).to_have_count(2)
    assert (await (await told.value).response()).status == 202  # type: ignore[union-attr]
    async with behind(client) as (_, conversation):
        assert conversation.read_seq >= 1


async def test_typing_is_told_at_most_every_three_seconds(context: BrowserContext, client: Client) -> None:
    page = await context.new_page()
    told: list[str] = []
    page.on("request", lambda request: told.append(request.url) if request.url.endswith("/chat/typing") else None)
    await page.clock.install()
    await page.goto("/?lang=zh")
    await bubble(page).click()
    await write(page, "你好")
    await expect(said(page, "assistant")).to_have_count(2)
    told.clear()
    await page.clock.run_for(3100)
    await input_of(page).press_sequentially("有没有", delay=0)
    assert len(told) == 1
    await page.clock.run_for(3100)
    await input_of(page).press_sequentially("杯子", delay=0)
    assert len(told) == 2


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_page_fits_its_window(context: BrowserContext, language: str, width: int) -> None:
    page = await context.new_page()
    await page.set_viewport_size({"width": width, "height": 800})
    await page.goto(f"/?lang={language}")
    await bubble(page).click()
    box = await page.locator("rapport-chat .panel").bounding_box()
    assert box is not None
    assert (box["width"], box["x"] + box["width"] <= width) == (390 if width == 390 else 384, True)
    assert await page.evaluate("document.documentElement.scrollWidth") == width


async def test_two_hundred_per_cent_leaves_everything_in_reach(context: BrowserContext) -> None:
    # To a page a browser at 200% is one of half the size, in either direction.
    page = await context.new_page()
    await page.set_viewport_size({"width": 640, "height": 400})
    await page.goto("/?lang=en")
    await bubble(page).click()
    for name in ("Close", "Send a picture or file"):
        await expect(page.locator("rapport-chat").get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    await expect(input_of(page)).to_be_in_viewport(ratio=1)


async def test_on_a_phone_the_panel_is_what_the_keyboard_leaves(context: BrowserContext) -> None:
    page = await context.new_page()
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.emulate_media(reduced_motion="reduce")
    await page.goto("/?lang=zh")
    await bubble(page).click()
    await page.evaluate(
        """() => {
            Object.defineProperty(visualViewport, "height", { value: 450, configurable: true });
            Object.defineProperty(visualViewport, "offsetTop", { value: 40, configurable: true });
            visualViewport.dispatchEvent(new Event("resize"));
        }"""
    )
    box: Any = await page.locator("rapport-chat .panel").bounding_box()
    assert (box["y"], box["height"]) == (40, 450)


async def test_a_rating_can_have_a_word(page_with_answer: Page, client: Client) -> None:
    page = page_with_answer
    await page.get_by_role("button", name="评价这次对话").click()
    await page.get_by_role("button", name="4 星").click()
    await page.get_by_label("还想说点什么").fill("很快")
    await page.locator("rapport-chat .rating").get_by_role("button", name="提交").click()
    await expect(page.locator("rapport-chat").get_by_role("alert")).to_have_text("谢谢您的评价！")
    await expect(page.locator("rapport-chat .rating")).to_be_hidden()
    async with behind(client) as (_, conversation):
        assert (conversation.stars, conversation.comment) == (4, "很快")


@shared
async def page_with_answer(context: BrowserContext) -> Page:
    page = await opened(context)
    await write(page, "你好")
    await expect(said(page, "assistant")).to_have_count(2)
    return page
