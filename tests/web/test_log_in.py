"""Logging in, as a browser without a screen does it: password, code, recovery code; and what an attacker is told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from rapport.settings import Settings
from rapport.store.agents import Agent
from rapport.store.audit import audit_before
from rapport.store.database import Database
from rapport.store.recovery_codes import replace_recovery_codes
from rapport.store.staff_sessions import StaffSession
from rapport.web.app import create_app
from rapport.web.staff import door
from rapport.web.staff.cookies import cookie_of
from rapport.web.staff.passwords import Passwords
from rapport.web.staff.second_factor import recovery_hash, sealed_secret
from tests.chat.conftest import unused_port
from tests.chat.rasa_server import serving
from tests.web.conftest import Running

PASSWORD = "tulip ladder moon"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


class Browser:
    """Keeps cookies, sends its own origin with a post, follows nothing by itself."""

    def __init__(self, http: httpx.AsyncClient, settings: Settings, clock: Clock) -> None:
        self.http, self.settings, self.clock = http, settings, clock

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.http.post(path, data=fields, headers={"Origin": self.settings.public_url})

    async def log_in(self, name: str = "mei", password: str = PASSWORD, **more: str) -> httpx.Response:
        return await self.post("/log-in", name=name, password=password, **more)

    async def csrf(self, path: str) -> str:
        found = re.search(r'name="csrf" value="(\w+)"', (await self.http.get(path)).text)
        assert found, path
        return found[1]

    def code(self, steps: int = 0) -> str:
        return pyotp.TOTP(SECRET).at(self.clock.now + timedelta(seconds=30 * steps))

    async def rows(self, statement: Any) -> list[Any]:
        database = Database(self.settings.database_url)
        async with database.reading() as session:
            found = list((await session.scalars(statement)).all())
        await database.close()
        return found

    async def audited(self) -> list[tuple[str, str, str, dict[str, Any]]]:
        database = Database(self.settings.database_url)
        async with database.reading() as session:
            entries = await audit_before(session, None, limit=100)
        await database.close()
        return [(one.who, one.action, one.object, one.details) for one in reversed(entries)]


@asynccontextmanager
async def opened(settings: Settings, *, factor: bool = False, role: str = "agent") -> AsyncIterator[Browser]:
    """The application with one agent, mei, whose password is PASSWORD."""
    port, clock, now = unused_port(), Clock(), datetime.now(UTC)
    settings = settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
    agent = Agent(
        name="mei", shown_name="林梅", role=role, language="zh", password_hash=QUICK.hash(PASSWORD),
        password_changed_at=now, created_at=now,
    )  # fmt: skip
    database = Database(settings.database_url)
    async with database.session() as session:
        session.add(agent)
        await session.flush()
        if factor:
            agent.totp_secret = sealed_secret(SECRET, agent.id, key=settings.key())
            hashes = [recovery_hash("abcd-efgh-jkmn", agent.id, key=settings.key())]
            await replace_recovery_codes(session, agent.id, hashes)
    await database.close()
    app = create_app(settings, clock=clock)
    app.state.door = door.Door(Passwords(QUICK))
    async with (
        serving(app, port) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as http,
    ):
        yield Browser(http, settings, clock)


@pytest.fixture
async def browser(running: Running, settings: Settings) -> AsyncIterator[Browser]:
    async with opened(settings) as browser:
        yield browser


@pytest.fixture
async def careful(running: Running, settings: Settings) -> AsyncIterator[Browser]:
    """Mei has a second factor."""
    async with opened(settings, factor=True) as browser:
        yield browser


async def test_name_and_password_open_the_page_that_was_wanted(browser: Browser) -> None:
    wanted = await browser.http.get("/account?done=language")
    assert wanted.headers["location"] == "/log-in?next=%2Faccount%3Fdone%3Dlanguage"
    form = await browser.http.get(wanted.headers["location"])
    assert 'name="next" value="/account?done=language"' in form.text
    answer = await browser.log_in(next="/account?done=language")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?done=language")
    assert "林梅" in (await browser.http.get("/account")).text
    assert await browser.audited() == [
        ("mei", "logged_in", "agent:mei", {"from": "127.0.0.*", "second_factor": "none"})
    ]


async def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: Browser) -> None:
    cookie = (await browser.log_in()).headers["set-cookie"].lower()
    assert cookie.startswith("rapport=")
    assert all(part in cookie for part in ("; httponly", "; samesite=lax", "; path=/"))
    assert "domain" not in cookie
    assert "expires" not in cookie


async def test_over_https_the_cookie_is_bound_to_this_host(running: Running, settings: Settings) -> None:
    async with opened(settings) as browser:
        request = type("Request", (), {"cookies": {"rapport": "plain", "__Host-rapport": "bound"}})()
        assert cookie_of(request, browser.settings) == "plain"
        https = browser.settings.model_copy(update={"public_url": "https://shop.example"})
        assert cookie_of(request, https) == "bound"
        app = create_app(https)
        app.state.door = door.Door(Passwords(QUICK))
        async with (
            serving(app, port := unused_port()),
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
        ):
            origin = {"Origin": "https://shop.example"}
            answer = await http.post("/log-in", data={"name": "mei", "password": PASSWORD}, headers=origin)
            cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-rapport=")
    assert all(part in cookie for part in ("; secure", "; httponly", "; samesite=lax", "; path=/"))


async def test_an_unknown_name_is_told_what_a_wrong_password_is_told(browser: Browser) -> None:
    wrong, unknown = await browser.log_in(password="tulip ladder mood"), await browser.log_in(name="ana")
    assert (wrong.status_code, unknown.status_code) == (403, 403)
    assert wrong.text.replace('value="mei"', "") == unknown.text.replace('value="ana"', "")
    assert 'role="alert"' in wrong.text
    assert "set-cookie" not in wrong.headers
    assert await browser.audited() == [
        ("nobody", "log_in_refused", "agent:mei", {"from": "127.0.0.*"}),
        ("nobody", "log_in_refused", "", {"from": "127.0.0.*"}),
    ]


@pytest.mark.parametrize("name", ["", " ", "a\x00b", "x" * 1000, "mei'--", "<script>", "密码"])
async def test_any_name_is_an_answer(browser: Browser, name: str) -> None:
    answer = await browser.log_in(name=name)
    assert answer.status_code == 403
    assert "<script>" not in answer.text


async def test_too_many_attempts_have_to_wait(browser: Browser) -> None:
    answers = [await browser.log_in(password="wrong") for _ in range(9)]
    assert [answer.status_code for answer in answers] == [403] * 8 + [429]
    assert 25 < int(answers[-1].headers["retry-after"]) <= 31
    # The right password waits too: else the answer would tell it from a wrong one.
    assert (await browser.log_in()).status_code == 429


async def test_a_disabled_agent_is_nobody(browser: Browser) -> None:
    database = Database(browser.settings.database_url)
    async with database.session() as session:
        (await session.scalars(select(Agent))).one().disabled_at = browser.clock.now
    await database.close()
    assert (await browser.log_in()).status_code == 403


async def test_a_foreign_page_logs_nobody_in(browser: Browser) -> None:
    form = {"name": "mei", "password": PASSWORD}
    answer = await browser.http.post("/log-in", data=form, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


@pytest.mark.parametrize(
    "next_",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "evil", "/a\nb",
     "///evil.example", "http:/evil", "/log-out", "/%5cevil\\x", "//[", ""],
)  # fmt: skip
async def test_a_log_in_leads_to_no_other_site(browser: Browser, next_: str) -> None:
    assert (await browser.log_in(next=next_)).headers["location"] == "/console"


async def test_a_new_log_in_has_a_new_key_and_the_old_one_is_over(browser: Browser) -> None:
    await browser.log_in()
    first = browser.http.cookies["rapport"]
    await browser.log_in()
    assert browser.http.cookies["rapport"] != first
    assert len(await browser.rows(select(StaffSession))) == 1
    browser.http.cookies.clear()
    planted = await browser.http.get("/account", headers={"Cookie": f"rapport={first}"})
    assert planted.status_code == 303


async def test_a_hash_of_other_parameters_is_made_anew(running: Running, settings: Settings) -> None:
    async with opened(settings) as browser:
        old = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1).hash(PASSWORD)
        database = Database(browser.settings.database_url)
        async with database.session() as session:
            (await session.scalars(select(Agent))).one().password_hash = old
        await database.close()
        assert (await browser.log_in()).status_code == 303
        (kept,) = await browser.rows(select(Agent.password_hash))
        assert "t=1," in kept
        assert (await browser.log_in()).status_code == 303


async def test_logging_out_ends_it(browser: Browser) -> None:
    await browser.log_in()
    key, csrf = browser.http.cookies["rapport"], await browser.csrf("/account")
    assert (await browser.post("/log-out")).status_code == 403
    answer = await browser.post("/log-out", csrf=csrf)
    assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")
    assert "rapport" not in browser.http.cookies
    assert (await browser.http.get("/account", headers={"Cookie": f"rapport={key}"})).status_code == 303
    assert [action for _, action, _, _ in await browser.audited()] == ["logged_in", "logged_out"]


async def test_a_second_factor_is_asked_for(careful: Browser) -> None:
    answer = await careful.log_in(next="/account")
    assert answer.headers["location"] == "/log-in/code?next=%2Faccount"
    half = careful.http.cookies["rapport"]
    assert (await careful.http.get("/account")).headers["location"] == "/log-in/code?next=%2Faccount"
    csrf = await careful.csrf("/log-in/code?next=/account")
    assert (await careful.post("/log-in/code", code=careful.code())).status_code == 403
    wrong = await careful.post("/log-in/code", csrf=csrf, code="000000")
    assert (wrong.status_code, 'aria-invalid="true"' in wrong.text) == (403, True)
    right = await careful.post(
        "/log-in/code", csrf=csrf, code=f" {careful.code()[:3]} {careful.code()[3:]}", next="/account"
    )
    assert (right.status_code, right.headers["location"]) == (303, "/account")
    assert careful.http.cookies["rapport"] != half
    assert (await careful.http.get("/account")).status_code == 200
    assert (await careful.http.get("/account", headers={"Cookie": f"rapport={half}"})).status_code == 303
    assert [(action, details.get("second_factor")) for _, action, _, details in await careful.audited()] == [
        ("code_refused", None), ("logged_in", "app"),
    ]  # fmt: skip


@pytest.mark.parametrize(("steps", "status"), [(-2, 403), (-1, 303), (0, 303), (1, 303), (2, 403)])
async def test_a_code_is_good_for_its_time_and_the_ones_beside_it(careful: Browser, steps: int, status: int) -> None:
    await careful.log_in()
    csrf = await careful.csrf("/log-in/code")
    assert (await careful.post("/log-in/code", csrf=csrf, code=careful.code(steps))).status_code == status


async def test_a_code_is_good_once(careful: Browser) -> None:
    code = careful.code()
    statuses = []
    for _ in range(2):
        await careful.log_in()
        csrf = await careful.csrf("/log-in/code")
        statuses.append((await careful.post("/log-in/code", csrf=csrf, code=code)).status_code)
    assert statuses == [303, 403]


async def test_a_recovery_code_lets_her_in_once(careful: Browser) -> None:
    statuses = []
    for typed in ("ABCD EFGH JKMN", "abcd-efgh-jkmn"):
        await careful.log_in()
        csrf = await careful.csrf("/log-in/code")
        statuses.append((await careful.post("/log-in/code", csrf=csrf, code=typed)).status_code)
    assert statuses == [303, 403]
    assert [details.get("second_factor") for *_, details in await careful.audited()] == ["recovery code", None]


async def test_codes_cannot_be_tried_through(careful: Browser) -> None:
    await careful.log_in()
    csrf = await careful.csrf("/log-in/code")
    answers = [await careful.post("/log-in/code", csrf=csrf, code=f"{number:06}") for number in range(6)]
    assert [answer.status_code for answer in answers][4:] == [403, 429]
    assert 50 < int(answers[-1].headers["retry-after"]) <= 61


async def test_who_waits_too_long_with_the_code_begins_again(careful: Browser) -> None:
    await careful.log_in()
    careful.clock.now += timedelta(minutes=9)
    csrf = await careful.csrf("/log-in/code")
    careful.clock.now += timedelta(minutes=1)
    late = await careful.post("/log-in/code", csrf=csrf, code=careful.code())
    assert (late.status_code, late.headers["location"]) == (303, "/log-in")


async def test_half_a_log_in_can_be_given_up(careful: Browser) -> None:
    await careful.log_in()
    again = await careful.post("/log-in/again", csrf=await careful.csrf("/log-in/code"))
    assert again.headers["location"] == "/log-in"
    assert await careful.rows(select(StaffSession)) == []


async def test_the_page_is_in_the_browser_s_language_or_the_other(browser: Browser) -> None:
    chinese = await browser.http.get("/log-in", headers={"Accept-Language": "zh-TW,zh;q=0.9"})
    english = await browser.http.get("/log-in", headers={"Accept-Language": "fr"})
    asked = await browser.http.get("/log-in?lang=en", headers={"Accept-Language": "zh"})
    assert [answer.headers["content-language"] for answer in (chinese, english, asked)] == ["zh", "en", "en"]
    assert "登录名" in chinese.text
    assert {answer.headers["cache-control"] for answer in (chinese, english, asked)} == {"no-store"}
    wrong = await browser.log_in(password="wrong", lang="en")
    assert "Name or password is wrong" in wrong.text


async def test_http_beyond_loopback_is_told_why_it_will_not_work(running: Running, settings: Settings) -> None:
    async with opened(settings) as browser:
        for public_url, warned in (("http://192.0.2.7:8000", True), (browser.settings.public_url, False)):
            app = create_app(settings.model_copy(update={"public_url": public_url}))
            async with (
                serving(app, port := unused_port()),
                httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
            ):
                assert ("RAPPORT_PUBLIC_URL" in (await http.get("/log-in")).text) is warned


async def test_of_two_posts_with_one_code_one_is_in(careful: Browser) -> None:
    await careful.log_in()
    csrf, code = await careful.csrf("/log-in/code"), careful.code()
    cookie = {"Cookie": f"rapport={careful.http.cookies['rapport']}"}
    careful.http.cookies.clear()

    async def post(form: dict[str, str]) -> int:
        async with httpx.AsyncClient(base_url=careful.http.base_url, trust_env=False, timeout=10) as http:
            return (await http.post("/log-in/code", data={"csrf": csrf} | form, headers=cookie)).status_code

    await asyncio.gather(*(post({"code": code}) for _ in range(4)))
    assert [action for _, action, _, _ in await careful.audited()].count("logged_in") == 1
    assert len(await careful.rows(select(StaffSession))) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"name=%ff%fe&password=%00", "application/x-www-form-urlencoded"),
        (b"name=a&name=b&password=x&password=y", "application/x-www-form-urlencoded"),
        (b"&".join(b"f%d=1" % number for number in range(3000)), "application/x-www-form-urlencoded"),
        (b"name=" + b"x" * 2000, "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="name"; filename="a"\r\n\r\nmei\r\n--x--',
         "multipart/form-data; boundary=x"),
        (b"{\"name\": \"mei\"}", "application/json"),
        (b"", "text/plain"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/log-in", "/log-in/code", "/log-in/again", "/log-out", "/account/password"])
async def test_a_hostile_form_is_never_a_mistake_of_ours(careful: Browser, path: str, body: bytes, kind: str) -> None:
    await careful.log_in()
    answer = await careful.http.post(path, content=body, headers={"Content-Type": kind})
    assert answer.status_code < 500
