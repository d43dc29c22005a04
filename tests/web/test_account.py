"""One's own account: what is changed there takes hold everywhere at once, and needs the password."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pyotp
import pytest
from sqlalchemy import select

from rapport.clock import utc_now
from rapport.sealing import unseal
from rapport.settings import Settings
from rapport.store.agents import Agent
from rapport.store.audit import add_audit_entry
from rapport.store.database import Database
from rapport.store.recovery_codes import RecoveryCode
from rapport.web.api import stream as api_stream
from tests.web.conftest import Running
from tests.web.signing_in import key_of_program, signed_in_as
from tests.web.test_log_in import PASSWORD, SECRET, Browser, opened

NEW = "another tulip ladder"


@pytest.fixture
async def mei(running: Running, settings: Settings) -> AsyncIterator[Browser]:
    """Mei, logged in."""
    async with opened(settings) as browser:
        await browser.log_in()
        yield browser


async def send(mei: Browser, path: str, **fields: str) -> httpx.Response:
    return await mei.post(path, csrf=await mei.csrf("/account"), **fields)


def part(answer: httpx.Response, pattern: str) -> str:
    found = re.search(pattern, answer.text)
    assert found, pattern
    return found[1]


async def test_a_new_password_ends_every_other_log_in(mei: Browser) -> None:
    here = mei.http.cookies["rapport"]
    mei.http.cookies.clear()
    await mei.log_in()
    there = mei.http.cookies["rapport"]
    assert here != there
    changed = await send(mei, "/account/password", current=PASSWORD, new=NEW, again=NEW)
    assert (changed.status_code, changed.headers["location"]) == (303, "/account?done=password")
    assert (await mei.http.get("/account?done=password")).status_code == 200
    mei.http.cookies.clear()
    for key in (here, there):
        assert (await mei.http.get("/account", headers={"Cookie": f"rapport={key}"})).status_code == 303
    assert (await mei.log_in(password=PASSWORD)).status_code == 403
    assert (await mei.log_in(password=NEW)).status_code == 303
    assert [action for _, action, _, _ in await mei.audited()][2] == "password_changed"


@pytest.mark.parametrize(
    ("current", "new", "again", "status", "says"),
    [
        ("wrong", NEW, NEW, 403, "当前密码不对"),
        (PASSWORD, NEW, NEW + "x", 422, "不一样"),
        (PASSWORD, "short", "short", 422, "12 个字符"),
        (PASSWORD, "password1234", "password1234", 422, "太容易被猜到"),
        (PASSWORD, PASSWORD, PASSWORD, 422, "和原来的一样"),
    ],
)
async def test_a_password_that_is_refused_says_why(
    mei: Browser, current: str, new: str, again: str, status: int, says: str
) -> None:
    answer = await send(mei, "/account/password", current=current, new=new, again=again)
    assert (answer.status_code, says in part(answer, r'role="alert">([^<]+)')) == (status, True)
    assert PASSWORD not in answer.text
    assert (await mei.log_in()).status_code == 303


@pytest.mark.parametrize(
    "path", ["password", "log-ins", "language", "second-factor", "second-factor/code", "second-factor/remove"]
)
async def test_a_post_without_the_token_changes_nothing(mei: Browser, path: str) -> None:
    fields = {"current": PASSWORD, "new": NEW, "again": NEW, "language": "en"}
    assert (await mei.post(f"/account/{path}", **fields)).status_code == 403
    assert (await mei.post(f"/account/{path}", csrf="0" * 64, **fields)).status_code == 403


async def test_a_second_factor_is_set_up_and_its_secret_kept_sealed(mei: Browser) -> None:
    offer = await send(mei, "/account/second-factor", current=PASSWORD)
    secret = part(offer, r'class="secret">([A-Z2-7 ]+)<').replace(" ", "")
    offered = part(offer, r'name="offered" value="([^"]+)"')
    assert "<svg" in offer.text
    assert "style=" not in offer.text
    wrong = await send(mei, "/account/second-factor/code", code="000000", offered=offered)
    assert (wrong.status_code, secret in wrong.text.replace(" ", "")) == (422, True)
    code = pyotp.TOTP(secret).at(mei.clock.now)
    done = await send(mei, "/account/second-factor/code", code=code, offered=offered)
    codes = re.findall(r"<code>([a-z2-9-]{14})</code>", done.text)
    assert (done.status_code, len(set(codes))) == (200, 10)
    (sealed,) = await mei.rows(select(Agent.totp_secret))
    assert unseal(sealed, key=mei.settings.key(), purpose="agents.totp_secret:1") == secret
    kept = await mei.rows(select(RecoveryCode.code_hash))
    assert (len(kept), any(one in each for each in kept for one in codes)) == (10, False)
    assert "10" in part(await mei.http.get("/account"), r"<p>(已开启[^<]+)")
    # The log-in asks for it now.
    assert (await mei.log_in()).headers["location"].startswith("/log-in/code")
    csrf = await mei.csrf("/log-in/code")
    assert (await mei.post("/log-in/code", csrf=csrf, code=codes[3])).status_code == 303


async def test_an_offer_of_another_browser_or_hour_opens_nothing(mei: Browser) -> None:
    offer = await send(mei, "/account/second-factor", current=PASSWORD)
    offered = part(offer, r'name="offered" value="([^"]+)"')
    secret = part(offer, r'class="secret">([A-Z2-7 ]+)<').replace(" ", "")
    mei.clock.now += timedelta(minutes=61)
    late = {"code": pyotp.TOTP(secret).at(mei.clock.now), "offered": offered}
    assert (await send(mei, "/account/second-factor/code", **late)).headers["location"] == "/account"
    mei.clock.now -= timedelta(minutes=61)
    await mei.log_in()
    foreign = {"code": pyotp.TOTP(secret).at(mei.clock.now), "offered": offered}
    assert (await send(mei, "/account/second-factor/code", **foreign)).headers["location"] == "/account"
    assert await mei.rows(select(Agent.totp_secret)) == [None]


async def test_a_second_factor_is_offered_for_the_password_only(mei: Browser) -> None:
    refused = await send(mei, "/account/second-factor", current="wrong")
    assert (refused.status_code, "<svg" in refused.text) == (403, False)


async def test_a_second_factor_is_removed_by_password_and_code(running: Running, settings: Settings) -> None:
    async with opened(settings, factor=True) as mei:
        await mei.log_in()
        await mei.post("/log-in/code", csrf=await mei.csrf("/log-in/code"), code=mei.code(-1))
        for current, code in (("wrong", mei.code()), (PASSWORD, "000000"), (PASSWORD, mei.code(-1))):
            answer = await send(mei, "/account/second-factor/remove", current=current, code=code)
            assert answer.status_code == 403
        removed = await send(mei, "/account/second-factor/remove", current=PASSWORD, code=mei.code())
        assert removed.headers["location"] == "/account?done=removed"
        assert await mei.rows(select(Agent.totp_secret)) == [None]
        assert SECRET not in str(await mei.audited())


async def test_other_log_ins_are_ended_at_once(mei: Browser) -> None:
    here = mei.http.cookies["rapport"]
    mei.http.cookies.clear()
    await mei.log_in()
    assert (await send(mei, "/account/log-ins", current="wrong")).status_code == 403
    assert (await send(mei, "/account/log-ins", current=PASSWORD)).status_code == 303
    assert (await mei.http.get("/account")).status_code == 200
    mei.http.cookies.clear()
    assert (await mei.http.get("/account", headers={"Cookie": f"rapport={here}"})).status_code == 303


async def test_her_language_is_kept(mei: Browser) -> None:
    assert (await send(mei, "/account/language", language="en")).status_code == 303
    assert "<h1>My account</h1>" in (await mei.http.get("/account")).text
    assert (await send(mei, "/account/language", language="fr")).status_code == 422


async def test_guesses_at_the_password_have_to_wait(mei: Browser) -> None:
    statuses = [(await send(mei, "/account/log-ins", current="wrong")).status_code for _ in range(9)]
    # The log-in was the first of eight.
    assert statuses == [403] * 7 + [429] * 2


async def test_the_audit_is_for_admins(mei: Browser) -> None:
    settings = mei.settings
    boss, viewer = await signed_in_as(settings, "boss", "admin"), await signed_in_as(settings, "vera", "viewer")
    program = await key_of_program(settings, "crm")
    mei.http.cookies.clear()
    for path in ("/api/audit", "/console/audit"):
        assert (await mei.http.get(path, headers=viewer)).status_code == 403
        assert (await mei.http.get(path, headers=boss)).status_code == 200
    assert (await mei.http.get("/api/audit", headers=program)).status_code == 403
    assert (await mei.http.get("/api/audit")).status_code == 401


async def test_the_audit_says_in_words_who_is_no_colleague(mei: Browser) -> None:
    database = Database(mei.settings.database_url)
    async with database.session() as session:
        details = {"to": "x", "skill": ""}
        await add_audit_entry(session, "key_added", who="command line", at=utc_now(), details=details)
    await database.close()
    mei.http.cookies.clear()
    page = await mei.http.get("/console/audit", headers=await signed_in_as(mei.settings, "boss", "admin"))
    assert "命令行" in page.text
    assert "to: x</td>" in page.text


async def test_the_audit_is_read_page_by_page(mei: Browser) -> None:
    boss = await signed_in_as(mei.settings, "boss", "admin")
    for _ in range(3):
        await mei.log_in(password="wrong")
    first = (await mei.http.get("/api/audit?limit=3", headers=boss)).json()
    second = (await mei.http.get(f"/api/audit?limit=3&before={first['next']}", headers=boss)).json()
    assert [entry["action"] for entry in first["entries"]] == ["log_in_refused"] * 3
    assert ([entry["action"] for entry in second["entries"]], second["next"]) == (["logged_in"], None)
    assert set(first["entries"][0]) == {"id", "at", "who", "action", "object", "details"}
    only = (await mei.http.get("/api/audit?who=mei&object=agent:mei&action=logged_in", headers=boss)).json()
    assert len(only["entries"]) == 1
    assert (await mei.http.get("/api/audit?who=a%00", headers=boss)).status_code == 422
    shown = await mei.http.get("/console/audit?who=mei", headers=boss)
    assert shown.text.count("<tr>") == 2
    assert re.findall(r'<td title="logged_in">(.*?)</td>', shown.text) == ["登录"]


async def test_a_person_reads_why_a_page_is_refused(mei: Browser) -> None:
    vera = await signed_in_as(mei.settings, "vera", "viewer")
    vera |= {"Accept": "text/html,*/*"}
    mei.http.cookies.clear()
    refused = await mei.http.get("/console/audit", headers=vera)
    assert (refused.status_code, "您的角色看不了这一页" in refused.text) == (403, True)
    stale = await mei.http.post("/account/language", data={"csrf": "old"}, headers={**vera, "X-CSRF-Token": ""})
    assert (stale.status_code, "这一页已经过期了" in stale.text) == (403, True)
    script = await mei.http.get("/console/audit", headers={**vera, "HX-Request": "true"})
    assert (script.status_code, script.headers["content-type"]) == (403, "application/problem+json")
    often = [await mei.http.post("/account/log-ins", data={"current": "x"}, headers=vera) for _ in range(9)][-1]
    assert (often.status_code, "过一分钟再来" in often.text, "retry-after" in often.headers) == (429, True, True)


async def test_a_stream_ends_with_its_log_in_at_once_and_others_go_on(mei: Browser) -> None:
    ana = await signed_in_as(mei.settings, "ana")
    cookie, csrf = mei.http.cookies["rapport"], await mei.csrf("/account")
    hers = mei.http.stream("GET", "/api/stream", headers={"Cookie": f"rapport={cookie}"})
    others = mei.http.stream("GET", "/api/stream", headers=ana)
    async with hers as mine, others as theirs:
        lines, other_lines = mine.aiter_lines(), theirs.aiter_lines()
        first = [await anext(lines), await anext(other_lines)]
        assert all(line for line in first)
        assert (await mei.post("/log-out", csrf=csrf)).status_code == 303
        # Sooner than the stream would have asked by itself.
        async with asyncio.timeout(api_stream.PING_SECONDS - 2):
            assert [line async for line in lines if line.startswith("event: ping")] == []
        assert not theirs.is_closed


async def test_a_day_of_staff_on_either_database(database: Database, settings: Settings) -> None:
    url = database.url.render_as_string(hide_password=False)
    async with opened(settings.model_copy(update={"database_url": url}), factor=True, role="admin") as mei:
        assert (await mei.log_in(password="a\x00b")).status_code == 403
        await mei.log_in()
        code = await mei.post("/log-in/code", csrf=await mei.csrf("/log-in/code"), code=mei.code(-1))
        assert code.headers["location"] == "/console"
        assert (await send(mei, "/account/password", current=PASSWORD, new=NEW, again=NEW)).status_code == 303
        removed = await send(mei, "/account/second-factor/remove", current=NEW, code=mei.code())
        assert removed.headers["location"] == "/account?done=removed"
        assert (await send(mei, "/account/log-ins", current=NEW)).status_code == 303
        found = (await mei.http.get("/api/audit?object=agent:mei")).json()["entries"]
        assert [entry["action"] for entry in reversed(found)] == [
            "log_in_refused", "logged_in", "password_changed", "second_factor_removed", "log_ins_ended",
        ]  # fmt: skip
        assert (await mei.post("/log-out", csrf=await mei.csrf("/account"))).headers["location"] == "/log-in"
