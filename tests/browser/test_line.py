"""The line breaks, tabs come and go: nothing is lost, nothing is there twice."""

from __future__ import annotations

from typing import Any

from playwright.async_api import BrowserContext, expect

from rapport.store.conversations import append_message
from tests.browser.conftest import Complaints
from tests.browser.customer import behind, bubble, opened, said, write
from tests.web.conftest import Client


async def test_an_answer_that_is_lost_is_asked_for_again(
    context: BrowserContext, client: Client, complaints: Complaints
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
    # The browser may tell of it after all else has been seen.
    async with page.expect_console_message(lambda told: "503" in told.text):
        await write(page, "第二句")
    await expect(said(page, "assistant").last).to_have_text("助手: You said: 第二句")
    assert client.rasa.said() == ["第一句", "第二句"]
    await expect(said(page, "customer")).to_have_count(2)
    (complaint,) = complaints
    assert "503" in complaint
    complaints.clear()


async def test_five_minutes_offline_lose_and_double_nothing(
    context: BrowserContext, client: Client, complaints: Complaints
) -> None:
    page = await context.new_page()
    await page.clock.install()
    await page.goto("/?lang=zh")
    await bubble(page).click()
    await write(page, "出门前")
    await expect(said(page, "assistant")).to_have_count(2)
    await context.set_offline(True)
    await expect(page.get_by_text("网络断开了，恢复后会自动发送。")).to_be_visible()
    for text in ("路上一", "路上二", "路上二"):
        await write(page, text)
    async with behind(client) as (session, conversation):
        for text in ("您还在吗？", "我等您。"):
            await append_message(session, conversation.id, "agent", text, at=conversation.opened_at)
    await page.clock.run_for(5 * 60 * 1000)
    await expect(page.locator("rapport-chat .pending")).to_have_count(3)
    await expect(page.locator("rapport-chat .note")).to_have_text("发送中…")
    await context.set_offline(False)
    await expect(page.locator("rapport-chat .pending")).to_have_count(0)
    await expect(said(page, "agent")).to_have_text(["同事: 您还在吗？", "同事: 我等您。"])
    await expect(said(page, "customer")).to_have_text(["您: 出门前", "您: 路上一", "您: 路上二", "您: 路上二"])
    await expect(said(page, "assistant")).to_have_count(5)
    assert client.rasa.said() == ["出门前", "路上一", "路上二", "路上二"]
    await page.reload()
    await expect(page.locator("rapport-chat .message")).to_have_count(11)
    complaints.clear()  # of the network, of which the console tells


async def test_what_was_written_offline_outlives_the_page(context: BrowserContext, client: Client) -> None:
    page = await opened(context)
    await write(page, "第一句")
    await expect(said(page, "assistant")).to_have_count(2)
    await context.route("**/chat/messages", lambda route: None)  # an answer that never comes
    await write(page, "第二句")
    await expect(page.locator("rapport-chat .pending")).to_have_count(1)
    await page.close()
    await context.unroute_all(behavior="ignoreErrors")
    page = await context.new_page()
    await page.goto("/?lang=zh")
    await bubble(page).click()
    await expect(said(page, "customer")).to_have_text(["您: 第一句", "您: 第二句"])
    await expect(said(page, "assistant").last).to_have_text("助手: You said: 第二句")
    assert client.rasa.said() == ["第一句", "第二句"]


async def test_two_tabs_share_one_conversation_and_one_stream(context: BrowserContext, client: Client) -> None:
    streams: list[str] = []
    context.on("request", lambda request: streams.append(request.url) if "/chat/stream" in request.url else None)
    first = await opened(context)
    await write(first, "第一页")
    await expect(said(first, "assistant")).to_have_count(2)
    second = await opened(context)
    await expect(said(second, "customer")).to_have_text(["您: 第一页"])
    await write(second, "第二页")
    for page in (first, second):
        await expect(said(page, "assistant").last).to_have_text("助手: You said: 第二页")
    assert len(streams) == 1
    # The tab that read the stream goes; the other takes it up.
    await first.close()
    async with behind(client) as (session, conversation):
        await append_message(session, conversation.id, "assistant", "还在听", at=conversation.opened_at)
    await expect(said(second, "assistant").last).to_have_text("助手: 还在听")
    assert len(streams) == 2
    await expect(said(second, "customer")).to_have_text(["您: 第一页", "您: 第二页"])
