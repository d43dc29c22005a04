"""Telegram's door: the webhook, and what runs beside it for as long as the application does."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from telegram import Bot

from rapport.chat.telegram.pickup_points import points_in_force
from rapport.chat.telegram.polling import Poller
from rapport.chat.telegram.registration import WEBHOOK, register
from rapport.chat.telegram.updates import Updates
from rapport.chat.telegram.values import MalformedUpdateError
from rapport.store.database import AWAY, Database
from rapport.store.only_one import only_one
from rapport.web.chat.desk import Desk
from rapport.web.services import Services
from rapport.web.telegram.speaker import Speaker

router = APIRouter(tags=["telegram"])
log = logging.getLogger(__name__)
# "tele" as a number: the name of the lock.
POLLS = 0x74656C65
AGAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Telegram:
    """`secret` is what Telegram says in each call, so that nobody else can."""

    updates: Updates
    secret: str


@asynccontextmanager
async def open_telegram(
    services: Services, desk: Desk, bot: Bot | None, speaker: Speaker | None
) -> AsyncIterator[Telegram | None]:
    """Takes updates for as long as the block lasts; None where there is no bot or none are wanted."""
    settings = services.settings
    if bot is None or speaker is None or settings.telegram_updates == "off":
        yield None
        return
    updates = _updates(services, desk, bot, speaker)
    tasks = [asyncio.create_task(register(bot, settings))]
    if settings.telegram_updates == "polling":
        tasks.append(asyncio.create_task(_poll(updates, services.database)))
    try:
        yield Telegram(updates, settings.telegram_secret())
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await updates.close()


def _updates(services: Services, desk: Desk, bot: Bot, speaker: Speaker) -> Updates:
    settings = services.settings
    return Updates(
        bot, services.database, services.signals, desk.turns, services.clock,
        key=desk.key, terms=desk.terms_now, language=settings.default_language, files=settings.var_dir / "files",
        points=points_in_force(settings.rules_dir), allowed=desk.per_conversation.allows,
        turn_page=speaker.voice.turn,
    )  # fmt: skip


async def _poll(updates: Updates, database: Database) -> None:
    """Polls, while no other process does, whatever happens."""
    while True:
        try:
            async with only_one(database, POLLS):
                await Poller(updates).run()
        except Exception:
            log.exception("Telegram is not asked for updates just now; in a moment it is again.")
            await asyncio.sleep(AGAIN_SECONDS)


def telegram_of(request: Request) -> Telegram | None:
    """Telegram's door of the application that serves this request."""
    found: Telegram | None = request.app.state.telegram
    return found


@router.post(WEBHOOK, summary="An update of Telegram's")
async def webhook(
    request: Request,
    telegram: Annotated[Telegram | None, Depends(telegram_of)],
    secret: Annotated[str, Header(alias="X-Telegram-Bot-Api-Secret-Token")] = "",
) -> Response:
    if telegram is None or not hmac.compare_digest(secret.encode("utf-8", "replace"), telegram.secret.encode()):
        raise HTTPException(403, "Only Telegram may call this address.")
    try:
        await telegram.updates.receive(_json(await request.body()))
    except MalformedUpdateError as error:
        raise HTTPException(400, "This is not an update.") from error
    except AWAY as error:
        # Telegram sends it again; a 200 would lose it.
        raise HTTPException(503, "The database does not answer.") from error
    return Response()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedUpdateError from error
