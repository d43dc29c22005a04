"""The bot: what calls Telegram's Bot API, for whoever needs it, and what its keys carry."""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram import Bot
from telegram.request import HTTPXRequest

from rapport.settings import Settings

# python-telegram-bot's own switch for telling `retry_after` as it will in future; the old way warns at each 429.
os.environ.setdefault("PTB_TIMEDELTA", "true")
CONNECTIONS = 64
SIGNATURE_BYTES = 12
# How long getUpdates may be silent: longer than Telegram lets us wait for one.
POLL_SECONDS, POLL_PATIENCE = 25, 40.0


@asynccontextmanager
async def open_bot(settings: Settings) -> AsyncIterator[Bot | None]:
    """The bot of the settings' token for as long as the block lasts; None where there is no token.

    Nothing is asked of Telegram here: a shop opens while the network is away.
    """
    token = settings.telegram_token.get_secret_value()
    if not token:
        yield None
        return
    url = settings.telegram_api_url.rstrip("/")
    async with HTTPXRequest(connection_pool_size=CONNECTIONS) as request:
        yield Bot(token, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot", request=request)


def callback_data(ref: str, chat_id: int, *, key: str) -> str:
    """What a button of this chat hands back when it is pressed: at most 41 of the 64 bytes there are."""
    return f"{ref}.{_signature(ref, chat_id, key)}"


def reference_in(data: str, chat_id: int, *, key: str) -> str | None:
    """The `ref` of a button that was offered in this chat; None where we have not signed it."""
    ref, _, signature = data.partition(".")
    return (
        ref
        if hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(ref, chat_id, key).encode())
        else None
    )


def _signature(ref: str, chat_id: int, key: str) -> str:
    digest = hmac.digest(key.encode(), f"telegram button {chat_id} {ref}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:SIGNATURE_BYTES]).decode()
