"""Who may call what: log-ins and keys, roles, and what a foreign page cannot do. On routes of the test's own."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI

from rapport.settings import Settings
from rapport.web.app import create_app
from rapport.web.staff.caller import Caller, SignedIn, Staff, needs, page_needs
from rapport.web.staff.cookies import IDLE, LONGEST, hash_of
from rapport.web.staff.roles import PERMISSIONS
from rapport.web.tracking_key import WriteKey
from tests.chat.conftest import unused_port
from tests.chat.rasa_server import serving
from tests.web.conftest import Running
from tests.web.signing_in import key_of_program, signed_in_as


def with_routes(app: FastAPI) -> FastAPI:
    @app.get("/try")
    @app.post("/try")
    async def of_api(staff: Caller) -> dict[str, Any]:
        return {"name": staff.name, "role": staff.role, "via": staff.via, "language": staff.language}

    @app.get("/page")
    @app.post("/page")
    async def of_page(staff: SignedIn) -> dict[str, str]:
        return {"name": staff.name}

    @app.get("/answer")
    async def answer(staff: Annotated[Staff, Depends(needs("conversations.answer"))]) -> dict[str, str]:
        return {}

    @app.get("/admins")
    async def admins(staff: Annotated[Staff, Depends(page_needs("admin"))]) -> dict[str, str]:
        return {}

    @app.get("/track")
    async def track(key: WriteKey) -> dict[str, str]:
        return {"key": key}

    return app


class Clock:
    now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def trying(settings: Settings, clock: Clock | None = None) -> AsyncIterator[tuple[httpx.AsyncClient, Settings]]:
    port = unused_port()
    settings = settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
    async with (
        serving(with_routes(create_app(settings, clock=clock or Clock())), port) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as http,
    ):
        yield http, settings


@pytest.fixture
async def at(running: Running, settings: Settings) -> AsyncIterator[tuple[httpx.AsyncClient, Settings]]:
    async with trying(settings) as found:
        yield found


async def test_nobody_is_told_how_to_log_in(at: tuple[httpx.AsyncClient, Settings]) -> None:
    http, _ = at
    refused = await http.get("/try")
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    sent = await http.get("/page?tab=mine")
    assert (sent.status_code, sent.headers["location"]) == (303, "/log-in?next=%2Fpage%3Ftab%3Dmine")
    posted = await http.post("/page")
    assert (posted.status_code, posted.headers["location"]) == (303, "/log-in")
    fragment = await http.get("/page", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["hx-redirect"]) == (401, "/log-in")


async def test_a_log_in_calls_the_api(at: tuple[httpx.AsyncClient, Settings]) -> None:
    http, settings = at
    mei = await signed_in_as(settings, "mei")
    assert (await http.get("/try", headers=mei)).json() == {
        "name": "mei", "role": "agent", "via": "session", "language": "zh",
    }  # fmt: skip
    assert (await http.post("/try", headers=mei)).status_code == 200


async def test_a_post_needs_the_token_of_this_log_in(at: tuple[httpx.AsyncClient, Settings]) -> None:
    http, settings = at
    mei, ana = await signed_in_as(settings, "mei"), await signed_in_as(settings, "ana")
    for token in ("", "0" * 64, ana["X-CSRF-Token"], "é"):
        wrong = {b"Cookie": mei["Cookie"].encode(), b"X-CSRF-Token": token.encode()}
        refused = await http.post("/try", headers=wrong)
        assert refused.status_code == 403
    assert (await http.post("/page", headers={"Cookie": mei["Cookie"]}, data={"csrf": "x"})).status_code == 403
    sent = await http.post("/page", headers={"Cookie": mei["Cookie"]}, data={"csrf": mei["X-CSRF-Token"]})
    assert sent.json() == {"name": "mei"}


@pytest.mark.parametrize("path", ["/try", "/page"])
async def test_a_foreign_page_posts_nothing(at: tuple[httpx.AsyncClient, Settings], path: str) -> None:
    http, settings = at
    mei = await signed_in_as(settings, "mei")
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1", "https://["):
        answer = await http.post(path, headers=mei | {"Origin": origin})
        assert answer.status_code == 403, origin
    assert (await http.post(path, headers=mei | {"Origin": settings.public_url})).status_code == 200


async def test_a_key_calls_the_api_as_itself(at: tuple[httpx.AsyncClient, Settings]) -> None:
    http, settings = at
    program, writer = await key_of_program(settings, "crm"), await key_of_program(settings, "site", "write")
    assert (await http.post("/try", headers=program)).json() | {"role": ""} == {
        "name": "key:crm", "role": "", "via": "key", "language": "zh",
    }  # fmt: skip
    for wrong in (writer, {"Authorization": "Bearer x"}, {"Authorization": "Bearer"}, {"Authorization": "Basic x"}):
        assert (await http.post("/try", headers=wrong)).status_code == 401
    # A page is for people.
    assert (await http.get("/page", headers=program)).status_code == 303


async def test_a_role_opens_what_its_row_says(at: tuple[httpx.AsyncClient, Settings]) -> None:
    http, settings = at
    answers, admins = {}, {}
    for role in PERMISSIONS:
        staff = await signed_in_as(settings, role, role)
        answers[role] = (await http.get("/answer", headers=staff)).status_code
        admins[role] = (await http.get("/admins", headers=staff)).status_code
    assert answers == {"admin": 200, "agent": 200, "marketer": 403, "viewer": 403}
    assert admins == {"admin": 200, "agent": 403, "marketer": 403, "viewer": 403}
    assert (await http.get("/answer", headers=await key_of_program(settings, "crm"))).status_code == 200


async def test_a_log_in_runs_out_unused_and_after_a_week_in_any_case(running: Running, settings: Settings) -> None:
    clock = Clock()
    async with trying(settings, clock) as (http, settings):
        mei, began = await signed_in_as(settings, "mei", now=clock.now), clock.now
        while clock.now < began + LONGEST - IDLE:
            clock.now += IDLE - timedelta(minutes=5)
            assert (await http.get("/try", headers=mei)).status_code == 200
        clock.now = began + LONGEST
        assert (await http.get("/try", headers=mei)).status_code == 401
        clock.now = began
        ana = await signed_in_as(settings, "ana", now=clock.now)
        clock.now = began + IDLE
        assert (await http.get("/try", headers=ana)).status_code == 401


async def test_a_password_without_its_code_is_no_log_in(at: tuple[httpx.AsyncClient, Settings]) -> None:
    http, settings = at
    half = await signed_in_as(settings, "mei", confirmed=False)
    assert (await http.get("/try", headers=half)).status_code == 401
    assert (await http.get("/page", headers=half)).headers["location"].startswith("/log-in/code?next=")


async def test_the_database_cannot_be_logged_in_with(at: tuple[httpx.AsyncClient, Settings]) -> None:
    http, settings = at
    await signed_in_as(settings, "mei")
    with sqlite3.connect(settings.database_url.partition(":///")[2]) as database:
        (kept,) = database.execute("SELECT key_hash FROM staff_sessions").fetchone()
    database.close()
    assert (await http.get("/try", headers={"Cookie": f"rapport={kept}"})).status_code == 401


async def test_a_stream_asks_again_whether_its_log_in_holds(running: Running, settings: Settings) -> None:
    from rapport.clock import utc_now
    from rapport.store.api_keys import revoke_api_key
    from rapport.store.database import Database
    from rapport.store.signals import listening
    from rapport.store.staff_sessions import end_staff_session
    from rapport.web.services import Services
    from rapport.web.staff.caller import still_signed_in

    mei, _ = await signed_in_as(settings, "mei"), await key_of_program(settings, "crm")
    database = Database(settings.database_url)
    async with listening(database) as signals:
        given = Services(settings, database, signals, utc_now)
        key = hash_of(mei["Cookie"].partition("=")[2])
        person = Staff("mei", "Mei", "agent", "zh", "session", session=key)
        program = Staff("key:crm", "crm", "agent", "zh", "key")
        assert [await still_signed_in(one, given) for one in (person, program)] == [True, True]
        async with database.session() as session:
            await end_staff_session(session, key)
            await revoke_api_key(session, "crm", now=utc_now())
        assert [await still_signed_in(one, given) for one in (person, program)] == [False, False]
    await database.close()
