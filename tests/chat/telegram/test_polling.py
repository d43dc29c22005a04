"""Long polling beside somebody else who asks with the same token."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from telegram import Bot

from demo.bot_api import BotApi
from rapport.chat.telegram.polling import Poller
from tests.chat.conftest import Chat
from tests.chat.telegram.test_updates import bot, process, said

__all__ = ["bot"]
PAUSE = 0.5


async def test_who_is_interrupted_by_another_pauses_and_then_goes_on(
    chat: Chat, bot: Bot, bot_api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mei = bot_api.person("Mei")
    poller = Poller(process(chat, bot, tmp_path), longest=PAUSE)
    polling = asyncio.create_task(poller.run())
    mei.write("before")
    # It waits in a long poll, with nothing to take.
    await bot_api.until(lambda: poller.offset and bot_api.calls[-1].values["timeout"] != "0")
    # Not by `get_updates`, which opens a client of its own that nobody closes.
    await bot.request.post(f"{bot.base_url}/getUpdates?offset={poller.offset}&timeout=0")
    intruded = bot_api.calls[-1].at
    await bot_api.until(lambda: any(call.status == 409 for call in bot_api.calls))
    mei.write("after")
    await bot_api.until(lambda: not bot_api.updates.pending)
    polling.cancel()
    with suppress(asyncio.CancelledError):
        await polling
    assert [text for author, text in await said(chat) if author == "customer"] == ["before", "after"]
    again = [call.at for call in bot_api.calls if call.method == "getUpdates" and call.at > intruded]
    assert again[0] - intruded >= PAUSE
    assert "Telegram gives no updates (Conflict" in caplog.text
