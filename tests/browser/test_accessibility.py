"""No serious finding of axe: in both languages, light and dark, closed and open, with every part shown."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from rapport.store.conversations import append_message
from tests.browser.conftest import Complaints
from tests.browser.customer import behind, bubble, said, write
from tests.browser.parts import EVERYTHING
from tests.web.conftest import Client


async def serious(page: Page) -> list[Any]:
    found = await Axe().run(page, context="rapport-chat")
    return [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_axe_finds_nothing_serious(
    browser: Browser,
    client: Client,
    complaints: Complaints,
    width: int,
    language: str,
    scheme: Literal["light", "dark"],
) -> None:
    client.rasa.answer = lambda question: EVERYTHING
    context = await browser.new_context(
        locale="zh-CN",
        base_url=client.settings.public_url,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page = await context.new_page()
    complaints.watch(context)
    await page.goto(f"/?lang={language}")
    await expect(bubble(page)).to_be_visible()
    assert await serious(page) == []
    await bubble(page).click()
    await write(page, "你好")
    await expect(said(page, "assistant")).to_have_count(5)
    await page.locator("rapport-chat .ask .main").click()
    rate, end = {"zh": ("评价这次对话", "结束对话"), "en": ("Rate this conversation", "End this conversation")}[
        language
    ]
    await page.get_by_role("button", name=rate, exact=True).click()
    await expect(page.get_by_role("button", name=end)).to_be_visible()
    await page.locator("rapport-chat .star").last.click()
    assert await serious(page) == []
    await page.keyboard.press("Escape")
    async with behind(client) as (session, conversation):
        await append_message(session, conversation.id, "assistant", "有新款了。", at=conversation.opened_at)
    await expect(page.locator("rapport-chat .teaser")).to_be_visible()
    assert await serious(page) == []
    await context.close()
    assert complaints == []
