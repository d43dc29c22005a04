"""A key of a chat is known again in that chat only, and fits into what Telegram hands back."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from rapport.messaging.telegram_bot import callback_data, open_bot, reference_in
from rapport.settings import Settings

KEY, CHAT = "a key that is only for tests", 5_000_000_001


def test_a_key_is_known_again_in_its_chat_only() -> None:
    data = callback_data("r" * 24, CHAT, key=KEY)
    assert len(data.encode()) <= 64
    assert reference_in(data, CHAT, key=KEY) == "r" * 24
    assert reference_in(data, CHAT + 1, key=KEY) is None
    assert reference_in(data, CHAT, key="another") is None


@pytest.mark.parametrize("data", ["", ".", "r", "r.", "r.长", "rr.AAAAAAAAAAAAAAAA"])
def test_a_forged_key_is_none(data: str) -> None:
    assert reference_in(data, CHAT, key=KEY) is None


async def test_without_a_token_there_is_no_bot() -> None:
    async with open_bot(Settings(_env_file=None, telegram_token=SecretStr(""))) as bot:
        assert bot is None


async def test_the_bot_calls_where_the_settings_say() -> None:
    settings = Settings(_env_file=None, telegram_token=SecretStr("1:x"), telegram_api_url="http://127.0.0.1:9/")
    async with open_bot(settings) as bot:
        assert bot is not None
        assert (bot.base_url, bot.base_file_url) == ("http://127.0.0.1:9/bot1:x", "http://127.0.0.1:9/file/bot1:x")
