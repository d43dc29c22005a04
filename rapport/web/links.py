"""Where the links of a mail lead: click, open, unsubscribe, preferences, confirm. Reading changes nothing."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.messaging.actors import Visit
from rapport.messaging.responses import (
    NothingToConfirmError,
    asked_for,
    choose,
    confirm,
    offered_purposes,
    record_click,
    record_open,
    unsubscribe,
)
from rapport.messaging.tracking import Page, link_of, message_of, page_path
from rapport.messaging.wording import purpose_label
from rapport.settings import Settings
from rapport.store.messages import Message
from rapport.tokens import InvalidTokenError
from rapport.web.pages import page
from rapport.web.services import Services, services

router = APIRouter(tags=["links in mails"])
Given = Annotated[Services, Depends(services)]
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
MOST_FIELDS = 100
Act = Callable[[AsyncSession, Message], Awaitable[Any]]


@router.head("/click/{token}", include_in_schema=False)
@router.get("/click/{token}", summary="Follows a link of a mail")
async def click(token: str, request: Request, given: Given) -> Response:
    """Redirects to the address that stood in that mail, and to no other."""
    try:
        number, link = link_of(token, key=given.settings.key())
    except InvalidTokenError:
        return _unknown(request, given.settings)
    async with given.database.session() as session:
        message = await session.get(Message, number)
        if message is None or not 0 <= link < len(message.links):
            return _unknown(request, given.settings)
        await record_click(session, message, link, _visit(request, given))
    return RedirectResponse(message.links[link], 302, headers=PRIVATE)


@router.head("/open/{token}.gif", include_in_schema=False)
@router.get("/open/{token}.gif", summary="The picture that tells of an open mail")
async def open_pixel(token: str, request: Request, given: Given) -> Response:
    async def note(session: AsyncSession, message: Message) -> None:
        await record_open(session, message, _visit(request, given))

    if await _with_message("open", token, given, note) is None:
        return _unknown(request, given.settings)
    return Response(PIXEL, media_type="image/gif", headers=PRIVATE)


@router.get("/unsubscribe/{token}", summary="Asks whether to unsubscribe")
async def ask_to_unsubscribe(token: str, request: Request, given: Given) -> Response:
    return await _show("unsubscribe", token, request, given, done=False)


@router.post("/unsubscribe/{token}", summary="Unsubscribes: without log-in, also from a mail client (RFC 8058)")
async def do_unsubscribe(token: str, request: Request, given: Given) -> Response:
    """Whatever the body says. The same again changes nothing."""

    async def act(session: AsyncSession, message: Message) -> None:
        await unsubscribe(session, message, _visit(request, given))

    return await _show("unsubscribe", token, request, given, act=act, done=True)


@router.get("/preferences/{token}", summary="Shows what a customer has agreed to be sent")
async def show_preferences(token: str, request: Request, given: Given) -> Response:
    return await _show("preferences", token, request, given, done=False)


@router.post("/preferences/{token}", summary="Sets what a customer agrees to be sent")
async def set_preferences(token: str, request: Request, given: Given) -> Response:
    fields = _fields(await request.body())
    # A post that is not our form (a mail client's, a scanner's) must not read as "nothing is wanted".
    if fields.get("form") != ["preferences"]:
        raise HTTPException(422, "This is not the form of the preferences page.")

    async def act(session: AsyncSession, message: Message) -> None:
        await choose(session, message, frozenset(fields.get("purpose", ())), _visit(request, given))

    return await _show("preferences", token, request, given, act=act, done=True)


@router.get("/confirm/{token}", summary="Asks whether a subscription was meant")
async def ask_to_confirm(token: str, request: Request, given: Given) -> Response:
    return await _show("confirm", token, request, given, done=False)


@router.post("/confirm/{token}", summary="Confirms a subscription (double opt-in)")
async def do_confirm(token: str, request: Request, given: Given) -> Response:
    async def act(session: AsyncSession, message: Message) -> None:
        await confirm(session, message, _visit(request, given))

    return await _show("confirm", token, request, given, act=act, done=True)


async def _show(
    name: Page, token: str, request: Request, given: Services, *, done: bool, act: Act | None = None
) -> Response:
    """The page of a message, after doing `act` if there is one."""
    purposes: dict[str, bool] = {}

    async def look(session: AsyncSession, message: Message) -> None:
        if name == "confirm":
            asked_for(message)
        if act is not None:
            await act(session, message)
        purposes.update(await offered_purposes(session, message))

    try:
        message = await _with_message(name, token, given, look)
    except NothingToConfirmError:
        return _unknown(request, given.settings)
    if message is None:
        return _unknown(request, given.settings)
    key = given.settings.key()
    purpose = asked_for(message).purpose if name == "confirm" else message.purpose
    values = {
        "shop": given.settings.shop_name,
        "purpose": purpose_label(purpose, message.language),
        "purposes": [(code, purpose_label(code, message.language), on) for code, on in purposes.items()],
        "preferences_url": page_path(message.id, "preferences", key=key),
        "done": done,
    }
    return _page(name, message.language, 200, values)


async def _with_message(name: Page, token: str, given: Services, act: Act) -> Message | None:
    """Does something with the message of a token; None where there is none. Presses of one button come one by one."""
    try:
        number = message_of(token, page=name, key=given.settings.key())
    except InvalidTokenError:
        return None
    async with given.database.session() as session:
        message = await session.get(Message, number, with_for_update=True)
        if message is not None:
            await act(session, message)
        return message


def _fields(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode("latin-1"), max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise HTTPException(422, "Too many fields.") from error


def _visit(request: Request, given: Services) -> Visit:
    return Visit(request.method, request.headers.get("user-agent", ""), given.clock())


def _unknown(request: Request, settings: Settings) -> Response:
    wanted = request.headers.get("accept-language", "")[:2].lower()
    language = wanted if wanted in ("zh", "en") else settings.default_language
    return _page("unknown", language, 403, {"shop": settings.shop_name, "done": False})


def _page(name: str, language: str, status: int, values: dict[str, Any]) -> Response:
    shown = "zh" if language == "zh" else "en"
    response = page(f"links/{name}.html", **values, language=shown)
    response.status_code = status
    response.headers.update(PRIVATE | {"Content-Language": shown})
    return response
