"""A real browser before the running application; without one the tests say what to install.

The browser is launched once for all tests of a process, so they and their fixtures share one event loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.conftest import missing
from tests.web.conftest import Client, Running, running, settings

__all__ = ["running", "settings"]

CHROMIUM = Path("/usr/bin/chromium")
# A fixture of these tests that awaits.
shared = pytest_asyncio.fixture(loop_scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def chromium() -> Path:
    if not CHROMIUM.exists():
        missing(f"no browser at {CHROMIUM}; install Debian's `chromium`")
    return CHROMIUM


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def launched(chromium: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        await browser.close()


@shared
async def browser(launched: Browser) -> AsyncIterator[Browser]:
    """Without what other tests have done in it: every test makes its contexts, and none outlives it."""
    yield launched
    for context in launched.contexts:
        await context.close()


@shared
async def client(running: Running) -> AsyncIterator[Client]:
    async with running() as client:
        yield client


class Complaints(list[str]):
    """What a page's console complains of: an error, a breach of the policy, a request that failed."""

    def watch(self, context: BrowserContext) -> None:
        context.on("console", lambda message: self._note(message))
        context.on("weberror", lambda error: self.append(str(error.error)))

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.append(message.text)


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@shared
async def context(browser: Browser, client: Client, complaints: Complaints) -> AsyncIterator[BrowserContext]:
    """A visitor's browser; the test fails if any page complained."""
    context = await browser.new_context(locale="zh-CN", base_url=client.settings.public_url)
    complaints.watch(context)
    yield context
    await context.close()
    assert complaints == []
