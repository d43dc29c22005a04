"""What stands beside a text: for eyes and ears, and harmless whatever it says."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from tests.browser.conftest import Complaints
from tests.browser.customer import bubble, opened, said, write
from tests.browser.parts import TABLE, TIMELINE
from tests.web.conftest import Client


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


async def test_the_way_of_an_order_is_a_list_with_its_place(context: BrowserContext, client: Client) -> None:
    client.rasa.answer = lambda question: [{"text": "在路上", "custom": {"timeline": TIMELINE}}]
    page = await opened(context)
    await write(page, "到哪了")
    steps = page.locator("rapport-chat").get_by_role("list", name="订单 HM-1001 的进度").get_by_role("listitem")
    await expect(steps).to_have_text(["已下单已完成2026年2月27日", "已发货已完成2026年3月1日", "已送达未完成"])
    assert await steps.evaluate_all("all => all.map(one => one.getAttribute('aria-current'))") == [None, "step", None]


def everywhere(text: str) -> list[dict[str, Any]]:
    """An answer that says it in every part there is."""
    short = text[:120]
    custom = {
        "cards": [{"sku": "a", "name": text, "price": text}],
        "table": {"columns": [{"sku": "a", "name": short}], "rows": [{"label": short, "cells": [short]}]},
        "timeline": {"order": short, "steps": [{"label": short, "at": short, "done": True}]},
        "form": {"intent": "x", "title": short, "fields": [{"name": "a", "label": short, "type": "text"}]},
    }
    return [{"text": text, "custom": custom, "buttons": [{"title": text, "payload": "/x"}]}]


HOSTILE = (
    "<script>document.title = 'broken'</script>",
    "<svg/onload=document.title='broken'><img src=x onerror=document.title='broken'>",
    "</style><style>rapport-chat{display:none}</style> javascript:alert(1)",
    "\u202egnp.exe \u2066\u0007\u001b[31m\u200f مرحبا \u2029 \ufeff end",
    "x" * 4096,
    "https://shop.example/?a=<b>&c=\"d' javascript:alert(1)",
)


@pytest.mark.parametrize("width", [1280, 390])
async def test_hostile_text_stays_text(context: BrowserContext, client: Client, width: int) -> None:
    client.rasa.answer = lambda question: everywhere(question["message"])
    page = await context.new_page()
    await page.set_viewport_size({"width": width, "height": 800})
    await page.goto("/?lang=zh")
    await bubble(page).click()
    title = await page.title()
    for number, text in enumerate(HOSTILE, 1):
        await write(page, text)
        for author in ("customer", "assistant"):
            shown = said(page, author).last.locator("bdi")
            assert await shown.evaluate("one => one.dir") == "auto"
        await expect(said(page, "customer")).to_have_count(number)
        await expect(said(page, "assistant")).to_have_count(number + 1)
        told = await said(page, "assistant").last.locator("bdi").text_content()
        assert told == text.strip()
    for selector in ("script", "style", "svg:not([viewBox])", "img"):
        await expect(page.locator(f"rapport-chat .log {selector}")).to_have_count(0)
    hrefs = await page.locator("rapport-chat .log a").evaluate_all("all => all.map(one => one.href)")
    assert [href.partition("?")[0] for href in hrefs] == ["https://shop.example/"]
    assert await page.title() == title
    assert await page.locator("rapport-chat .scroll").evaluate("one => one.scrollWidth === one.clientWidth")
    await page.reload()
    if width == 390:
        await bubble(page).click()
    await expect(said(page, "customer")).to_have_count(len(HOSTILE))
