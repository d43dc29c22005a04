"""A person comes into the conversation: her name, her typing, her reading, and at the end the stars."""

from __future__ import annotations

from playwright.async_api import BrowserContext, Page, expect

from rapport.chat.agent_lines import mark_read, say_as_agent
from rapport.chat.desk import close, take_over
from rapport.chat.reception import nobody
from rapport.chat.terms import TERMS
from rapport.clock import utc_now
from rapport.store.conversations import locked, open_handoff
from rapport.store.tickets import QUESTION, tickets_in
from tests.browser.conftest import shared
from tests.browser.customer import behind, opened, said, write
from tests.chat.staff import ANN, add_agent
from tests.web.conftest import Client


@shared
async def page(context: BrowserContext, client: Client) -> Page:
    page = await opened(context)
    await write(page, "你好")
    await expect(said(page, "assistant")).to_have_count(2)
    async with behind(client) as (session, conversation):
        await add_agent(session, ANN, utc_now())
        await take_over(session, conversation.id, ANN, version=conversation.version, now=utc_now())
    return page


async def test_she_is_named_and_what_she_has_read_is_marked(page: Page, client: Client) -> None:
    await expect(page.locator("rapport-chat header p")).to_have_text("小安 正在为您服务")
    await write(page, "我的杯子碎了")
    note = page.locator("rapport-chat .note")
    await expect(note).to_have_text("已发送")
    async with behind(client) as (session, conversation):
        await mark_read(session, conversation.id, ANN, conversation.last_seq)
    await expect(note).to_have_text("已读")
    async with behind(client) as (session, conversation):
        await say_as_agent(session, conversation.id, ANN, client_id="1", text="我来看看。", now=utc_now())
    await expect(said(page, "agent")).to_have_text(["小安: 我来看看。"])
    await page.reload()
    await expect(said(page, "agent")).to_have_text(["小安: 我来看看。"])
    await expect(note).to_have_text("已读")


async def test_at_the_end_stars_are_asked_for_once(page: Page, client: Client) -> None:
    async with behind(client) as (session, conversation):
        await close(session, conversation.id, ANN, version=conversation.version, now=utc_now())
    rating = page.locator("rapport-chat .rating")
    await expect(rating.get_by_text("这次聊得怎么样？")).to_be_visible()
    await rating.get_by_role("button", name="5 星").click()
    await rating.get_by_role("button", name="提交").click()
    await expect(rating).to_be_hidden()
    await page.reload()
    await expect(page.locator("rapport-chat header p")).to_have_text("对话已结束")
    await expect(rating).to_be_hidden()
    async with behind(client) as (_, conversation):
        assert conversation.stars == 5
    # It goes on with whatever she says next.
    await write(page, "还有件事")
    await expect(said(page, "assistant").last).to_have_text("助手: You said: 还有件事")
    await expect(page.locator("rapport-chat header p")).to_have_text("随时在，中文英文都可以")


async def test_she_may_end_it_herself(page: Page, client: Client) -> None:
    await page.get_by_role("button", name="评价这次对话").click()
    await page.get_by_role("button", name="结束对话").click()
    await expect(page.locator("rapport-chat header p")).to_have_text("对话已结束")
    await expect(page.get_by_text("这次聊得怎么样？")).to_be_visible()
    await expect(page.get_by_role("button", name="1 星")).to_be_focused()
    await expect(page.get_by_role("button", name="结束对话")).to_be_hidden()
    async with behind(client) as (session, conversation):
        assert (conversation.responder, conversation.closed_at is not None) == ("assistant", True)
        assert await open_handoff(session, conversation.id) is None


async def test_with_nobody_there_an_address_is_left_in_a_form(context: BrowserContext, client: Client) -> None:
    page = await opened(context)
    await write(page, "你好")
    await expect(said(page, "assistant")).to_have_count(2)
    async with behind(client) as (session, conversation):
        standing = await locked(session, conversation.id)
        assert standing is not None
        await nobody(session, conversation.id, standing, now=utc_now(), terms=TERMS)
    await page.get_by_label("邮箱").fill("mei@example.org")
    await page.get_by_role("button", name="留个邮箱").click()
    await expect(said(page, "system").last).to_have_text("邮箱记下了：mei@example.org。处理好了会写邮件告诉您。")
    await expect(page.get_by_role("button", name="已提交")).to_be_disabled()
    async with behind(client) as (session, conversation):
        (ticket,) = await tickets_in(session, conversation.id, QUESTION)
        assert ticket.text.endswith("E-mail: mei@example.org")
    assert client.rasa.said() == ["你好"]
