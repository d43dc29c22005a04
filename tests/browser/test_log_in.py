"""Staff log in by keyboard alone, set up a second factor and come back with it: both languages, desk and phone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from rapport.store.agents import Agent
from rapport.store.database import Database
from tests.browser.conftest import Complaints
from tests.web.conftest import Client

PASSWORD = "tulip ladder moon"
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True}


@asynccontextmanager
async def staff_page(
    browser: Browser, client: Client, complaints: Complaints, *, language: str, device: dict[str, Any]
) -> AsyncIterator[Page]:
    """A browser of this language and size, before an application with one admin, mei; its console must stay quiet."""
    now = datetime.now(UTC)
    database = Database(client.settings.database_url)
    async with database.session() as session:
        session.add(
            Agent(
                name="mei", shown_name="林梅", role="admin", language=language, created_at=now,
                password_hash=PasswordHasher().hash(PASSWORD), password_changed_at=now,
            )
        )  # fmt: skip
    await database.close()
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    context = await browser.new_context(locale=locale, base_url=client.settings.public_url, **device)
    complaints.watch(context)
    yield await context.new_page()
    await context.close()


async def tab_to(page: Page, id_or_text: str) -> None:
    """Tabs on until the focus is on the element of this id or text: whoever has no mouse gets there too."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        focused = await page.evaluate("[document.activeElement.id, document.activeElement.textContent.trim()]")
        if id_or_text in focused:
            return
    raise AssertionError(f"Tab never comes to {id_or_text}")


async def no_serious_finding(page: Page) -> None:
    found = (await Axe().run(page)).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, "the page is wider than the screen"


async def give_name_and_password(page: Page, password: str = PASSWORD) -> None:
    await expect(page.locator("#name")).to_be_focused()
    await page.keyboard.type("mei")
    await page.keyboard.press("Tab")
    await page.keyboard.type(password)
    await page.keyboard.press("Enter")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])
async def test_staff_log_in_by_keyboard_with_a_second_factor(
    browser: Browser, client: Client, complaints: Complaints, language: str, device: dict[str, Any]
) -> None:
    async with staff_page(browser, client, complaints, language=language, device=device) as page:
        await page.goto("/account")
        await no_serious_finding(page)
        await give_name_and_password(page)
        await page.wait_for_url("**/account")
        await no_serious_finding(page)

        await tab_to(page, "factor-current")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        secret = (await page.locator(".secret").inner_text()).replace(" ", "")
        await expect(page.locator("#code")).to_be_focused()
        await no_serious_finding(page)
        # A code that is cut off at an edge is none.
        await expect(page.locator(".qr svg")).to_have_attribute("viewBox", re.compile(r"^0 0 (\d+) \1$"))
        await page.keyboard.type(pyotp.TOTP(secret).now())
        await page.keyboard.press("Enter")
        await expect(page.locator(".codes li")).to_have_count(10)
        codes = await page.locator(".codes code").all_inner_texts()
        await no_serious_finding(page)

        await tab_to(page, {"zh": "退出登录", "en": "Log out"}[language])
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/log-in")
        await give_name_and_password(page)
        await page.wait_for_url("**/log-in/code**")
        await no_serious_finding(page)
        await expect(page.locator("#code")).to_be_focused()
        await page.keyboard.type(codes[0])
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/console")
        await expect(page.locator("body")).to_have_attribute("data-agent", "mei")
        await page.goto("/console/audit")
        await expect(page.locator("tbody tr").first.locator("[title=logged_in]")).to_be_visible()
        await no_serious_finding(page)
    assert complaints == []


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_wrong_password_is_said_and_read_out(
    browser: Browser, client: Client, complaints: Complaints, language: str
) -> None:
    async with staff_page(browser, client, complaints, language=language, device=PHONE) as page:
        await page.goto("/log-in")
        await give_name_and_password(page, "tulip ladder mood")
        said = page.get_by_role("alert")
        await expect(said).to_be_visible()
        await expect(page.locator("#password")).to_have_accessible_description(await said.inner_text())
        # The name is kept, the password is not, and that is where one goes on.
        await expect(page.locator("#name")).to_have_value("mei")
        await expect(page.locator("#password")).to_have_value("")
        await expect(page.locator("#password")).to_be_focused()
        await no_serious_finding(page)
    assert [one for one in complaints if "403" not in one] == []


async def test_the_other_language_is_one_click_away(browser: Browser, client: Client, complaints: Complaints) -> None:
    async with staff_page(browser, client, complaints, language="zh", device=DESK) as page:
        await page.goto("/log-in?next=/account")
        await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        await page.get_by_role("link", name="English").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
        await expect(page.locator("input[name=next]")).to_have_value("/account")
    assert complaints == []
