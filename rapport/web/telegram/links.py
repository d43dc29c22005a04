"""From the shop's page into the bot's chat: the conversation goes on there, or the chat is linked to the account."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, status
from fastapi.responses import RedirectResponse, Response
from telegram import Bot
from telegram.error import TelegramError

from rapport.chat.telegram.payloads import link_payload, web_payload
from rapport.store.customers import find_customer
from rapport.web.chat.desk import AtDesk, InConversation
from rapport.web.chat.routes import Given
from rapport.web.services import Services
from rapport.web.shop.page import Visiting

router = APIRouter(tags=["Telegram"])


@router.post("/chat/telegram", status_code=status.HTTP_201_CREATED, summary="Go on in Telegram")
async def go_on(conversation_id: InConversation, request: Request, given: Given, desk: AtDesk) -> dict[str, str]:
    """An address that opens the bot's chat: whoever presses Start there within ten minutes goes on with this."""
    desk.per_conversation.take(conversation_id)
    payload = web_payload(conversation_id, key=desk.key, now=given.clock())
    return {"url": f"{await _bot_url(request)}?start={payload}"}


@router.get("/telegram", include_in_schema=False)
async def from_the_shop(visit: Visiting, request: Request) -> Response:
    """To the bot; who is signed in here finds her account there once she has pressed Start."""
    url, customer_id = await _bot_url(request), await _customer_id(visit.given, visit.customer)
    if customer_id is not None:
        now, key = visit.given.clock(), visit.given.settings.key()
        url += f"?start={link_payload(customer_id, key=key, now=now)}"
    return RedirectResponse(url, 303, headers={"Cache-Control": "no-store"})


async def _customer_id(given: Services, external_id: str | None) -> int | None:
    if external_id is None:
        return None
    async with given.database.reading() as session:
        customer = await find_customer(session, "external_id", external_id)
        return customer.id if customer else None


async def _bot_url(request: Request) -> str:
    """Asked of Telegram once: a bot's name never changes."""
    known: str | None = getattr(request.app.state, "bot_url", None)
    if known is None:
        known = request.app.state.bot_url = f"https://t.me/{await _bot_name(request.app.state.telegram_bot)}"
    return known


async def _bot_name(bot: Bot | None) -> str:
    if bot is None:
        raise HTTPException(404, "This shop has no bot in Telegram.")
    try:
        return str((await bot.get_me()).username)
    except TelegramError as error:
        raise HTTPException(503, "Telegram does not answer just now.") from error
