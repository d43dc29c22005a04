"""One's own account: password, second factor, language, and every log-in ended at once."""

from __future__ import annotations

import secrets
from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.sealing import BrokenSealError, seal, unseal
from rapport.settings import LANGUAGES
from rapport.store.agents import Agent
from rapport.store.recovery_codes import recovery_codes_left
from rapport.store.staff_sessions import begin_staff_session, staff_sessions_of
from rapport.web.limits import Limit
from rapport.web.services import Services
from rapport.web.staff import accounts
from rapport.web.staff.caller import Given, PageRefusedError, Staff, page_needs
from rapport.web.staff.cookies import expiry, hash_of, set_cookie
from rapport.web.staff.door import AtDoor, Door
from rapport.web.staff.pages import Typed, staff_page, to
from rapport.web.staff.passwords import fault_of
from rapport.web.staff.second_factor import (
    address_for_app,
    is_code_right,
    is_recovery_code,
    new_recovery_codes,
    new_secret,
    qr_code,
    recovery_hash,
    sealed_secret,
    step_of_code,
)

router = APIRouter(include_in_schema=False)
Owner = Annotated[Staff, Depends(page_needs("account.change"))]


@router.get("/account")
async def account(given: Given, staff: Owner, done: str = "") -> Response:
    return await _account(given, staff, done=done)


@router.post("/account/password")
async def change_password(
    given: Given, door: AtDoor, staff: Owner, current: Typed = "", new: Typed = "", again: Typed = ""
) -> Response:
    fault = fault_of(new, name=staff.name) or ("again" if new != again else "same" if new == current else None)
    if fault is not None:
        return await _account(given, staff, wrong={"password": fault}, status=422)
    if not await _knows_password(given, door, staff, current):
        return await _account(given, staff, wrong={"password": "wrong"}, status=403)
    password_hash = await door.passwords.hash(new)
    async with given.database.session() as session:
        agent = await _row(session, staff)
        await accounts.change_password(session, agent, password_hash, who=staff.name, now=given.clock())
        return await _logged_in_anew(session, given, agent, "password")


@router.post("/account/log-ins")
async def end_log_ins(given: Given, door: AtDoor, staff: Owner, current: Typed = "") -> Response:
    if not await _knows_password(given, door, staff, current):
        return await _account(given, staff, wrong={"log_ins": "wrong"}, status=403)
    async with given.database.session() as session:
        agent = await _row(session, staff)
        await accounts.end_log_ins(session, agent)
        await accounts.note(session, agent, "log_ins_ended", who=staff.name, now=given.clock())
        return await _logged_in_anew(session, given, agent, "log_ins")


@router.post("/account/language")
async def change_language(given: Given, staff: Owner, language: Typed = "") -> Response:
    if language not in LANGUAGES:
        raise HTTPException(422, f"The languages are {' and '.join(LANGUAGES)}.")
    async with given.database.session() as session:
        (await _row(session, staff)).language = language
    return to("/account?done=language")


@router.post("/account/second-factor")
async def offer_second_factor(given: Given, door: AtDoor, staff: Owner, current: Typed = "") -> Response:
    """A new secret, for who has just given her password; kept nowhere until a code shows that her app has it."""
    if not await _knows_password(given, door, staff, current):
        return await _account(given, staff, wrong={"second_factor": "wrong"}, status=403)
    secret = new_secret()
    offered = seal(f"{int(given.clock().timestamp())} {secret}", key=given.settings.key(), purpose=_offer(staff))
    return _set_up(given, staff, secret, offered)


@router.post("/account/second-factor/code")
async def set_second_factor(
    given: Given, door: AtDoor, staff: Owner, code: Typed = "", offered: Typed = ""
) -> Response:
    _take(door.per_code, f"set-up:{staff.name}", staff)
    key, now = given.settings.key(), given.clock()
    try:
        made_at, _, secret = unseal(offered, key=key, purpose=_offer(staff)).partition(" ")
    except BrokenSealError:
        return to("/account")
    if now.timestamp() - int(made_at) > 3600:
        return to("/account")
    if step_of_code(secret, code, now=now) is None:
        return _set_up(given, staff, secret, offered, wrong="wrong_code", status=422)
    codes = new_recovery_codes()
    async with given.database.session() as session:
        agent = await _row(session, staff)
        hashes = [recovery_hash(each, agent.id, key=key) for each in codes]
        sealed = sealed_secret(secret, agent.id, key=key)
        await accounts.set_second_factor(session, agent, sealed, codes=hashes, who=staff.name, now=now)
    return staff_page("recovery_codes.html", given, staff.language, staff=staff, codes=codes)


@router.post("/account/second-factor/remove")
async def remove_second_factor(
    given: Given, door: AtDoor, staff: Owner, current: Typed = "", code: Typed = ""
) -> Response:
    _take(door.per_code, f"remove:{staff.name}", staff)
    if not await _knows_password(given, door, staff, current):
        return await _account(given, staff, wrong={"second_factor": "wrong", "removing": "yes"}, status=403)
    now, key = given.clock(), given.settings.key()
    async with given.database.session() as session:
        agent = await _row(session, staff)
        right = await is_code_right(session, agent, code, key=key, now=now)
        if right or await is_recovery_code(session, agent, code, key=key):
            await accounts.set_second_factor(session, agent, None, codes=[], who=staff.name, now=now)
            return to("/account?done=removed")
    return await _account(given, staff, wrong={"second_factor": "wrong_code", "removing": "yes"}, status=403)


def _offer(staff: Staff) -> str:
    # Bound to this log-in: an offer of another browser opens nothing here.
    return f"second-factor offer:{staff.session}"


def _set_up(
    given: Services, staff: Staff, secret: str, offered: str, *, wrong: str = "", status: int = 200
) -> Response:
    address = address_for_app(secret, name=staff.name, shop=given.settings.shop_name)
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return staff_page(
        "second_factor_set_up.html", given, staff.language, status=status, staff=staff, qr=qr_code(address),
        secret=grouped, offered=offered, wrong=wrong,
    )  # fmt: skip


async def _knows_password(given: Services, door: Door, staff: Staff, password: str) -> bool:
    """Whether who sits there knows the password; guesses count as at the log-in."""
    _take(door.per_name, staff.name, staff)
    async with given.database.reading() as session:
        kept = await session.scalar(select(Agent.password_hash).where(Agent.name == staff.name))
    return await door.passwords.is_right(password, kept)


def _take(limit: Limit, caller: str, staff: Staff) -> None:
    try:
        limit.take(caller)
    except HTTPException as error:
        raise PageRefusedError(error, staff, "often") from error


async def _row(session: AsyncSession, staff: Staff) -> Agent:
    return (await session.scalars(select(Agent).where(Agent.name == staff.name).with_for_update())).one()


async def _logged_in_anew(session: AsyncSession, given: Services, agent: Agent, done: str) -> Response:
    """This browser goes on, under a new key; every other is out."""
    key, now = secrets.token_urlsafe(32), given.clock()
    await begin_staff_session(session, hash_of(key), agent.id, confirmed=True, now=now, expires_at=expiry(now, now))
    answer = to(f"/account?done={done}")
    set_cookie(answer, key, given.settings)
    return answer


async def _account(given: Services, staff: Staff, *, status: int = 200, **values: Any) -> Response:
    async with given.database.reading() as session:
        agent = (await session.scalars(select(Agent).where(Agent.name == staff.name))).one()
        left = await recovery_codes_left(session, agent.id)
        log_ins = await staff_sessions_of(session, agent.id, now=given.clock())
    rows = [(one.began_at, one.seen_at, one.key_hash == staff.session) for one in log_ins]
    shown = {"done": ""} | values | {"wrong": defaultdict(str, values.get("wrong", {}))}
    return staff_page(
        "account.html", given, staff.language, status=status, staff=staff, has_second_factor=bool(agent.totp_secret),
        codes_left=left, log_ins=rows, **shown,
    )  # fmt: skip
