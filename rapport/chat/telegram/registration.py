"""What Telegram is told of us: where updates go, and the menu of commands in both languages."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit

from telegram import Bot, BotCommand
from telegram.error import InvalidToken, TelegramError

from rapport.chat.telegram.values import USED
from rapport.chat.telegram.words import words
from rapport.settings import LANGUAGES, Settings

log = logging.getLogger(__name__)
ALLOWED_UPDATES = tuple(sorted(USED))
WEBHOOK = "/telegram/webhook"
# Telegram's own servers call https only; a Bot API server of the shop's calls what it is told.
TELEGRAM = "api.telegram.org"
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0


def may_call_us(settings: Settings) -> bool:
    """Whether Telegram will call `RAPPORT_PUBLIC_URL`."""
    return settings.public_url.startswith("https://") or urlsplit(settings.telegram_api_url).hostname != TELEGRAM


async def register(bot: Bot, settings: Settings) -> None:
    """Tells Telegram, as often as it takes; a wrong token is told once, to the log."""
    pause = FIRST_PAUSE
    while True:
        try:
            await _register(bot, settings)
        except InvalidToken:
            log.error("Telegram does not know the bot of RAPPORT_TELEGRAM_TOKEN: nothing comes or goes by Telegram.")
            return
        except TelegramError as error:
            log.warning("Telegram could not be told where updates go (%s); again in %.0f s.", error, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            return


async def _register(bot: Bot, settings: Settings) -> None:
    if settings.telegram_updates == "polling":
        await bot.delete_webhook()
    elif may_call_us(settings):
        url, secret = settings.public_url.rstrip("/") + WEBHOOK, settings.telegram_secret()
        await bot.set_webhook(url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES))
    else:
        log.error("Telegram calls https addresses only: RAPPORT_PUBLIC_URL is %s.", settings.public_url)
    for language in LANGUAGES:
        await bot.set_my_commands(_menu(language), language_code=language)
    await bot.set_my_commands(_menu(settings.default_language))


def _menu(language: str) -> list[BotCommand]:
    return [BotCommand(command, description) for command, description in words(language).commands]
