"""The console's line breaks while the desk goes on: once it is back, nothing is missing, doubled or miscounted."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, expect

from rapport.chat.agent_lines import say_as_agent
from rapport.chat.desk import take_over, transfer
from rapport.chat.gateway import tell_everybody
from rapport.chat.staff import Acting
from rapport.store.conversations import Conversation, append_message
from rapport.store.database import Database
from tests.browser import desk_scene as scene
from tests.browser.conftest import Complaints, shared
from tests.web.conftest import Client

# Of a network that is down, of which the browser's console tells.
DOWN = re.compile("ERR_INTERNET_DISCONNECTED|Failed to fetch|htmx:|ERR_FAILED|ERR_INCOMPLETE|status of 503")
FIVE_MINUTES = 5 * 60 * 1000
LIN, WANG = Acting("lin", "Lin"), Acting("wang", "Wang", "admin")


@shared
async def database(client: Client) -> AsyncIterator[Database]:
    database = Database(client.settings.database_url)
    yield database
    await database.close()


@shared
async def lin(
    browser: Browser, client: Client, complaints: Complaints, database: Database
) -> AsyncIterator[BrowserContext]:
    context = await scene.agent_browser(browser, client, "lin", complaints)
    await scene.agent_browser(browser, client, "wang", complaints, role="admin")
    yield context
    await context.close()
    assert [text for text in complaints if not DOWN.search(text)] == []


@dataclass(frozen=True, slots=True)
class Desk:
    """What Lin has: the thread she reads, one that is taken from her, one that is given to her, one that is new."""

    database: Database
    read: str
    lost: str
    given: str
    queued: str

    async def goes_on(self) -> None:
        """Messages, a take-over, a transfer and somebody new in the queue, by other doors than her browser."""
        for text in ("还在吗", "还在吗", "我换个地址"):
            await self._says(self.read, text)
        await self._as_staff(self.lost, lambda session, version, now: take_over(
            session, self.lost, WANG, version=version, now=now
        ))  # fmt: skip
        await self._as_staff(self.lost, lambda session, version, now: say_as_agent(
            session, self.lost, WANG, client_id="w", text="我来接着看", version=version, now=now
        ))  # fmt: skip
        await self._as_staff(self.given, lambda session, version, now: transfer(
            session, self.given, WANG, version=version, to="lin", now=now
        ))  # fmt: skip
        await self._says(self.given, "谁来帮我")
        await scene.in_queue(self.database, self.queued)

    async def _says(self, number: str, text: str) -> None:
        async with self.database.session() as session:
            await append_message(session, number, "customer", text, at=datetime.now(UTC))
            await tell_everybody(session, number)

    async def _as_staff(self, number: str, does: Any) -> None:
        async with self.database.session() as session:
            version = (await session.get_one(Conversation, number)).version
            await does(session, version, datetime.now(UTC))


@shared
async def desk(lin: BrowserContext, database: Database) -> Desk:
    async def held(name: str, agent: str) -> str:
        number = await scene.conversation(database, name=name, said=[("customer", f"我是{name}")])
        return await scene.held(database, number, agent)

    read, lost, given = await held("周宁", "lin"), await held("吴桐", "lin"), await held("郑好", "wang")
    queued = await scene.conversation(database, name="孙悦", said=[("customer", "有人吗")])
    return Desk(database, read, lost, given, queued)


async def in_step(page: Page, desk: Desk) -> None:
    """What she sees is what is so: each line once and in order, each conversation in its place, what is unread."""
    await expect(page.locator("#lines .line.customer .text")).to_have_text(
        ["我是周宁", "还在吗", "还在吗", "我换个地址"], timeout=20000
    )
    await expect(page.locator(f"#row-{desk.lost}")).to_have_count(0)
    await expect(page.locator("#list .row")).to_have_count(2)
    await expect(page.locator(f"#row-{desk.given}")).to_contain_text("谁来帮我")


async def unread(page: Page) -> dict[str, int]:
    """Conversation → the number on its badge."""
    return {
        str(await row.get_attribute("data-id")): int(re.sub(r"\D", "", await row.locator(".badge").inner_text()))
        for row in await page.locator("#list .row:has(.badge)").all()
    }


async def test_five_minutes_offline_leave_nothing_stale(lin: BrowserContext, desk: Desk) -> None:
    page = await lin.new_page()
    await page.clock.install()
    async with page.expect_response(lambda answer: answer.url.endswith("/api/stream")):
        await page.goto(f"/console/conversations/{desk.read}")
    await expect(page.locator("#list .row")).to_have_count(2)
    await lin.set_offline(True)
    await page.locator("#text").fill("我写好了")
    await page.locator("#text").press("Enter")
    await desk.goes_on()
    await page.clock.run_for(FIVE_MINUTES)
    await expect(page.locator("#lost")).to_be_visible()
    await lin.set_offline(False)
    await page.clock.run_for(20 * 1000)
    await in_step(page, desk)
    await expect(page.locator("#lost")).to_be_hidden()
    await expect(page.locator("#lines .line.agent .text")).to_have_text(["我写好了"])
    await expect(page.locator("#pending .line")).to_have_count(0)
    assert await unread(page) == {desk.given: 2}
    await page.goto("/console?shelf=queue")
    # What she was given waits there, too, until she takes it.
    await expect(page.locator("#list .row")).to_have_count(2)
    await expect(page.locator(f"#row-{desk.queued}")).to_contain_text("孙悦")


async def test_a_stream_that_is_cut_leaves_nothing_stale(lin: BrowserContext, desk: Desk) -> None:
    cut = 0

    async def cut_the_stream(route: Any) -> None:
        nonlocal cut
        cut += 1
        # The head of an event, and the line is gone.
        await route.fulfill(content_type="text/event-stream", body="event: conversations\nid: 1\ndata: {")

    page = await scene.console(lin, f"/console/conversations/{desk.read}")
    other = await lin.new_page()
    await other.goto("/console")
    await expect(other.locator("#list .row")).to_have_count(2)
    await lin.route("**/api/stream", cut_the_stream)
    # The tab that listens comes anew, and its line breaks again and again.
    await page.evaluate("dispatchEvent(new Event('online'))")
    await desk.goes_on()
    await expect(page.locator("#lost")).to_be_visible()
    await lin.unroute("**/api/stream")
    await in_step(page, desk)
    await expect(page.locator("#lost")).to_be_hidden()
    await expect(other.locator(f"#row-{desk.lost}")).to_have_count(0)
    await expect(other.locator(f"#row-{desk.given}")).to_contain_text("谁来帮我")
    assert cut > 1
