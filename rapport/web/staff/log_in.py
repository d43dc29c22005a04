"""Logging in and out: a password, then a code where there is a second factor; each log-in begins with a new key."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.settings import Language
from rapport.store.agents import Agent, agent_called
from rapport.store.audit import add_audit_entry
from rapport.store.signals import send_signal
from rapport.store.staff_sessions import begin_staff_session, end_staff_session, staff_session
from rapport.web.services import Services
from rapport.web.staff import accounts
from rapport.web.staff.accounts import NAME, normal_name
from rapport.web.staff.caller import Given, SignedIn, Staff, log_in_of, refuse_foreign, refuse_forged, staff_of
from rapport.web.staff.cookies import cookie_of, drop_cookie, expiry, hash_of, is_plain, set_cookie
from rapport.web.staff.door import AtDoor, Door, address_of, masked_address
from rapport.web.staff.pages import HOME, Lang, Next, Typed, language_for, own_path, staff_page, to
from rapport.web.staff.second_factor import is_code_right, is_recovery_code

router = APIRouter(include_in_schema=False)
# Between the password and the code.
HALF_WAY = timedelta(minutes=10)
Hidden = Annotated[str, Form(alias="next", max_length=1024)]


@router.get("/log-in")
async def ask(request: Request, given: Given, next_: Next = HOME, lang: Lang = "") -> Response:
    found = await log_in_of(request, given)
    if found is not None and found[0].confirmed:
        return to(own_path(next_))
    return _form(given, language_for(request, given, lang), next_=next_)


@router.post("/log-in")
async def log_in(
    request: Request, given: Given, door: AtDoor, name: Typed = "", password: Typed = "", next_: Hidden = HOME,
    lang: Annotated[str, Form(max_length=35)] = "",
) -> Response:  # fmt: skip
    refuse_foreign(request, given)
    language, called = language_for(request, given, lang), normal_name(name)
    try:
        door.per_address.take(address_of(request))
        door.per_name.take(called)
    except HTTPException as error:
        return _form(given, language, next_=next_, name=name, wrong="too_many", refusal=error)
    agent = await _right_agent(given, door, called, password)
    key = secrets.token_urlsafe(32)
    if agent is None or not await _begin(request, given, agent, key):
        await _note_failure(request, given, called)
        return _form(given, language, next_=next_, name=name, wrong="wrong", status=403)
    where = own_path(next_)
    answer = to(f"/log-in/code?next={quote(where, safe='')}" if agent.totp_secret else where)
    set_cookie(answer, key, given.settings)
    return answer


@router.get("/log-in/code")
async def ask_for_code(request: Request, given: Given, next_: Next = HOME) -> Response:
    half = await _half_way(request, given)
    return half if isinstance(half, Response) else _code_form(given, half[0], next_=next_)


@router.post("/log-in/code")
async def check_code(
    request: Request, given: Given, door: AtDoor, code: Typed = "", csrf: Typed = "", next_: Hidden = HOME
) -> Response:
    half = await _half_way(request, given)
    if isinstance(half, Response):
        return half
    staff, agent = half
    refuse_foreign(request, given)
    refuse_forged(csrf, staff)
    try:
        door.per_code.take(staff.name)
    except HTTPException as error:
        return _code_form(given, staff, next_=next_, wrong="too_many", refusal=error)
    key = secrets.token_urlsafe(32)
    if not await _confirm(request, given, agent.id, code=code, key=key):
        return _code_form(given, staff, next_=next_, wrong="wrong_code", status=403)
    answer = to(own_path(next_))
    set_cookie(answer, key, given.settings)
    return answer


@router.post("/log-in/again")
async def begin_again(request: Request, given: Given, csrf: Typed = "") -> Response:
    """Back from the code to the name: the half of a log-in is forgotten."""
    half = await _half_way(request, given)
    if isinstance(half, Response):
        return half
    refuse_foreign(request, given)
    refuse_forged(csrf, half[0])
    async with given.database.session() as session:
        await end_staff_session(session, half[0].session)
    answer = to("/log-in")
    drop_cookie(answer, given.settings)
    return answer


@router.post("/log-out")
async def log_out(request: Request, given: Given, staff: SignedIn) -> Response:
    async with given.database.session() as session:
        await end_staff_session(session, staff.session)
        await send_signal(session, accounts.LOG_INS)
        await add_audit_entry(session, "logged_out", who=staff.name, at=given.clock(), object=f"agent:{staff.name}")
    answer = to("/log-in")
    drop_cookie(answer, given.settings)
    return answer


async def _right_agent(given: Services, door: Door, name: str, password: str) -> Agent | None:
    """The agent of this name, if this is her password; as long in coming if there is none."""
    async with given.database.reading() as session:
        agent = await agent_called(session, name) if NAME.fullmatch(name) else None
    if not await door.passwords.is_right(password, agent.password_hash if agent else None) or agent is None:
        return None
    if door.passwords.is_outdated(agent.password_hash):
        renewed = await door.passwords.hash(password)
        async with given.database.session() as session:
            kept = await _unchanged(session, agent)
            if kept is not None:
                kept.password_hash = agent.password_hash = renewed
    return agent


async def _begin(request: Request, given: Services, agent: Agent, key: str) -> bool:
    """Logs her in, half-way where she has a second factor. False where her password has changed meanwhile."""
    now, confirmed = given.clock(), agent.totp_secret is None
    until = expiry(now, now) if confirmed else now + HALF_WAY
    async with given.database.session() as session:
        if await _unchanged(session, agent) is None:
            return False
        # What this browser was logged in as before ends here.
        await end_staff_session(session, hash_of(cookie_of(request, given.settings)))
        await begin_staff_session(session, hash_of(key), agent.id, confirmed=confirmed, now=now, expires_at=until)
        if confirmed:
            await _note_success(session, agent, request, given, second_factor="none")
    return True


async def _unchanged(session: AsyncSession, agent: Agent) -> Agent | None:
    """The agent's row, locked, if password and second factor are still what was checked."""
    statement = select(Agent).where(Agent.id == agent.id, Agent.password_hash == agent.password_hash)
    found = await session.scalar(statement.where(Agent.disabled_at.is_(None)).with_for_update())
    return found if found is not None and found.totp_secret == agent.totp_secret else None


async def _half_way(request: Request, given: Services) -> tuple[Staff, Agent] | Response:
    """Who owes the code; else where to go instead."""
    found = await log_in_of(request, given)
    if found is None:
        return to("/log-in")
    return to(HOME) if found[0].confirmed else (staff_of(request, given, *found), found[1])


async def _confirm(request: Request, given: Services, agent_id: int, *, code: str, key: str) -> bool:
    """Whether the code is right; then the log-in is complete, under a new key."""
    now, half = given.clock(), hash_of(cookie_of(request, given.settings))
    async with given.database.session() as session:
        statement = select(Agent).where(Agent.id == agent_id, Agent.disabled_at.is_(None)).with_for_update()
        agent = await session.scalar(statement)
        # Looked up again behind the lock: a password change since has ended this log-in.
        if agent is None or await staff_session(session, half, now=now) is None:
            return False
        factor = await _factor_shown(session, agent, code, key=given.settings.key(), now=now)
        if factor is None:
            await accounts.note(session, agent, "code_refused", who=agent.name, now=now, **_from(request))
            return False
        await end_staff_session(session, half)
        await begin_staff_session(
            session, hash_of(key), agent.id, confirmed=True, now=now, expires_at=expiry(now, now)
        )
        await _note_success(session, agent, request, given, second_factor=factor)
    return True


async def _factor_shown(session: AsyncSession, agent: Agent, code: str, *, key: str, now: datetime) -> str | None:
    """What the code is: of the app, or for who has lost it; None where it is neither, or was used."""
    if await is_code_right(session, agent, code, key=key, now=now):
        return "app"
    return "recovery code" if await is_recovery_code(session, agent, code, key=key) else None


async def _note_success(
    session: AsyncSession, agent: Agent, request: Request, given: Services, *, second_factor: str
) -> None:
    details = {**_from(request), "second_factor": second_factor}
    await accounts.note(session, agent, "logged_in", who=agent.name, now=given.clock(), **details)


def _from(request: Request) -> dict[str, str]:
    return {"from": masked_address(request)}


async def _note_failure(request: Request, given: Services, name: str) -> None:
    """Who typed a password where the name belongs must not find it in the audit: only names there are stand in it."""
    async with given.database.session() as session:
        known = NAME.fullmatch(name) and await agent_called(session, name) is not None
        details, object_ = _from(request), f"agent:{name}" if known else ""
        await add_audit_entry(
            session, "log_in_refused", who="nobody", at=given.clock(), object=object_, details=details
        )


def _form(
    given: Services, language: Language, *, next_: str, name: str = "", wrong: str = "", status: int = 200,
    refusal: HTTPException | None = None,
) -> HTMLResponse:  # fmt: skip
    insecure = not given.settings.public_url.startswith("https://") and not is_plain(given.settings)
    shown = staff_page(
        "log_in.html", given, language, status=refusal.status_code if refusal else status,
        next=own_path(next_), name=name[:64], wrong=wrong, insecure=insecure,
    )  # fmt: skip
    shown.headers.update((refusal.headers or {}) if refusal else {})
    return shown


def _code_form(
    given: Services, staff: Staff, *, next_: str, wrong: str = "", status: int = 200,
    refusal: HTTPException | None = None,
) -> HTMLResponse:  # fmt: skip
    shown = staff_page(
        "second_factor.html", given, staff.language, status=refusal.status_code if refusal else status,
        next=own_path(next_), wrong=wrong, csrf=staff.csrf, shown_name=staff.shown_name,
    )  # fmt: skip
    shown.headers.update((refusal.headers or {}) if refusal else {})
    return shown
