"""What a customer does in the widget, and what she sees there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import BrowserContext, Locator, Page
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.conversations import Conversation
from rapport.store.database import Database
from rapport.store.signals import send_signal
from tests.web.conftest import Client


async def opened(context: BrowserContext, path: str = "/?lang=zh") -> Page:
    page = await context.new_page()
    await page.goto(path)
    await bubble(page).click()
    return page


def bubble(page: Page) -> Locator:
    return page.locator("rapport-chat .bubble")


def input_of(page: Page) -> Locator:
    return page.locator("rapport-chat .compose textarea")


async def write(page: Page, text: str) -> None:
    await input_of(page).fill(text)
    await page.keyboard.press("Enter")


def said(page: Page, author: str) -> Locator:
    return page.locator(f"rapport-chat .message.{author}:not(.pending) .text")


@asynccontextmanager
async def behind(client: Client) -> AsyncIterator[tuple[AsyncSession, Conversation]]:
    """The newest conversation's row, in a transaction of somebody else's; its streams are told."""
    database = Database(client.settings.database_url)
    try:
        async with database.session() as session:
            newest = select(Conversation).order_by(Conversation.opened_at.desc()).limit(1)
            conversation = (await session.scalars(newest)).one()
            yield session, conversation
            await send_signal(session, f"chat:{conversation.id}")
    finally:
        await database.close()
