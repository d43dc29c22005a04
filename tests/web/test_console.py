"""What the console rests on: the stream of the desk, the customer's profile, canned replies, cards and files."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, get_args

import httpx
import pytest
from sqlalchemy import update

from actions import handoff, order_ability
from actions.coupon_check import ActionCouponCheck
from rapport.chat.answers import parse_answers
from rapport.clock import utc_now
from rapport.settings import Language
from rapport.store.conversations import Handoff, append_message
from rapport.store.database import Database
from rapport.web.console.words import words
from rapport.web.pages import STATIC, own_path, visible
from tests.browser.desk_scene import conversation, in_queue, known_customer
from tests.web.conftest import Client, events_of
from tests.web.signing_in import key_of_program, signed_in_as

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@asynccontextmanager
async def desk_stream(client: Client, headers: dict[str, str]) -> AsyncIterator[AsyncIterator[tuple[int, str, Any]]]:
    async with client.http.stream("GET", "/api/stream", headers=headers) as response:
        response.raise_for_status()
        yield ((int(number), name, data) async for name, number, data in events_of(response))


async def until(events: AsyncIterator[tuple[int, str, Any]], name: str, **wanted: Any) -> Any:
    """The first event of this name whose data has these members."""
    async for _, event, data in events:
        if event == name and wanted.items() <= data.items():
            return data
    raise AssertionError(f"the stream ended without {name}")


async def moves(events: AsyncIterator[tuple[int, str, Any]], count: int) -> AsyncIterator[dict[str, Any]]:
    """The next conversations of which more has changed than what was said."""
    async for _, event, data in events:
        for one in data.get("changed", ()) if event == "conversations" else ():
            if one["moved"]:
                yield one
                count -= 1
        if count <= 0:
            return


async def act(client: Client, headers: dict[str, str], what: str, **body: Any) -> httpx.Response:
    path = f"/api/conversations/{client.conversation_id}/{what}"
    return await client.http.post(path, json=body, headers=headers)


async def test_the_stream_begins_with_everything_and_tells_what_changes(client: Client) -> None:
    lin = await signed_in_as(client.settings, "lin")
    await client.begin()
    async with desk_stream(client, lin) as events:
        assert (await anext(events))[:2] == (1, "conversations")
        assert (await until(events, "presence"))["agents"][0]["name"] == "lin"
        await client.say("你好")
        changed = await until(events, "conversations", all=False)
        assert changed["changed"][0]["id"] == client.conversation_id
        await client.http.post("/chat/typing", headers=client.headers)
        typing = await until(events, "typing", authors=["customer"])
        assert typing["id"] == client.conversation_id
        await act(client, lin, "take-over", version=1)
        taken = [one async for one in moves(events, 1)]
        assert (taken[0]["version"], taken[0]["responder"], taken[0]["agent"]) == (2, "agent", "lin")
    async with desk_stream(client, lin) as events:
        _, _, first = await anext(events)
    assert first["all"] is True
    assert [(one["id"], one["version"]) for one in first["changed"]] == [(client.conversation_id, 2)]


async def test_who_is_given_a_customer_hears_of_it(client: Client) -> None:
    """An assignment names no conversation when it is signalled."""
    lin = await signed_in_as(client.settings, "lin")
    await client.http.post("/api/presence", json={"presence": "away"}, headers=lin)
    await client.begin()
    await client.say("我要找人")
    database = Database(client.settings.database_url)
    await in_queue(database, client.conversation_id)
    await database.close()
    async with desk_stream(client, lin) as events:
        await until(events, "presence")
        await client.http.post("/api/presence", json={"presence": "online"}, headers=lin)
        given = [one async for one in moves(events, 1)]
    assert (given[0]["id"], given[0]["responder"], given[0]["agent"]) == (client.conversation_id, "queue", "lin")


async def test_what_the_customer_has_read_is_news(client: Client) -> None:
    lin = await signed_in_as(client.settings, "lin")
    await client.begin()
    await act(client, lin, "take-over", version=1)
    async with desk_stream(client, lin) as events:
        await until(events, "presence")
        await client.http.post("/chat/read", json={"seq": 1}, headers=client.headers)
        news = await until(events, "conversations", all=False)
    assert [one["id"] for one in news["changed"]] == [client.conversation_id]


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("marketer", 200), ("agent", 200)])
async def test_who_may_listen(client: Client, role: Any, status: int) -> None:
    headers = await signed_in_as(client.settings, "she", role)
    async with client.http.stream("GET", "/api/stream", headers=headers) as response:
        assert response.status_code == status
    assert (await client.http.get("/api/stream")).status_code == 401


async def test_a_customer_for_programs(client: Client) -> None:
    key = await key_of_program(client.settings, "crm")
    database = Database(client.settings.database_url)
    number = await known_customer(database)
    await database.close()
    by_number = (await client.http.get(f"/api/customers/{number}", headers=key)).json()
    by_own_id = (await client.http.get("/api/customers/external_id:c-1042", headers=key)).json()
    assert by_number == by_own_id
    assert (by_number["name"], by_number["segment"]) == ("林美", "loyal")
    assert by_number["scores"]["conversion"]["reasons"][0]["feature"] == "recency_days"
    assert {"channel": "email", "purpose": "recommendations"} in by_number["consents"]
    assert by_number["recommendations"]
    for unknown in ("0", "999999999999999999999", "nobody", "external_id:", "²"):
        assert (await client.http.get(f"/api/customers/{unknown}", headers=key)).status_code == 404
    assert (await client.http.get(f"/api/customers/{number}")).status_code == 401


async def test_canned_replies_and_who_may_change_them(client: Client) -> None:
    lin = await signed_in_as(client.settings, "lin")
    viewer = await signed_in_as(client.settings, "vi", "viewer")
    reply = {"shortcut": "hi", "text_zh": "您好", "text_en": "Hello"}
    made = await client.http.post("/api/canned-replies", json=reply, headers=lin)
    assert (made.status_code, made.json()["shortcut"]) == (201, "hi")
    path = f"/api/canned-replies/{made.json()['id']}"
    assert (await client.http.post("/api/canned-replies", json=reply, headers=lin)).status_code == 409
    assert (await client.http.put(path, json=reply | {"text_en": " "}, headers=lin)).status_code == 422
    assert (await client.http.put(path, json=reply | {"shortcut": "Hi there"}, headers=lin)).status_code == 422
    assert (await client.http.put(path, json=reply | {"text_en": "Hi"}, headers=lin)).json()["text_en"] == "Hi"
    assert (await client.http.get("/api/canned-replies", headers=viewer)).status_code == 403
    assert (await client.http.delete(path, headers=lin)).status_code == 204
    assert (await client.http.delete(path, headers=lin)).status_code == 404
    assert (await client.http.get("/api/canned-replies", headers=lin)).json() == {"canned_replies": []}


async def test_files_of_both_sides(client: Client) -> None:
    lin = await signed_in_as(client.settings, "lin")
    await client.begin()
    path = f"/api/conversations/{client.conversation_id}/files"
    sent: dict[str, Any] = {"files": {"file": ("a.png", PNG, "image/png")}, "headers": lin}
    form = {"client_id": secrets.token_hex(8), "version": "2"}
    assert (await client.http.post(path, data=form, **sent)).status_code == 409
    assert not (client.settings.var_dir / "files").exists()
    await act(client, lin, "take-over", version=1)
    first = await client.http.post(path, data=form, **sent)
    again = await client.http.post(path, data=form, **sent)
    assert (first.status_code, first.json()) == (202, again.json())
    drawing: dict[str, Any] = {"files": {"file": ("a.svg", b"<svg/>", "image/svg+xml")}, "headers": lin}
    assert (await client.http.post(path, data=form | {"client_id": "x"}, **drawing)).status_code == 422
    shown = (await client.read())["messages"][-1]["files"][0]
    hers = await client.http.get(shown["url"], headers=client.headers)
    ours = await client.http.get(f"{path}/{shown['id']}", headers=lin)
    assert hers.content == ours.content == PNG
    assert "attachment" in ours.headers["content-disposition"]
    assert (await client.http.get(f"{path}/{'0' * 32}.png", headers=lin)).status_code == 404


async def test_a_page_for_who_is_not_logged_in(client: Client) -> None:
    page = await client.http.get("/console?shelf=queue")
    assert (page.status_code, page.headers["location"]) == (303, "/log-in?next=%2Fconsole%3Fshelf%3Dqueue")
    part = await client.http.get("/console/list", headers={"HX-Request": "true"})
    assert part.status_code == 401
    lin = await signed_in_as(client.settings, "lin")
    assert (await client.http.get(f"/console/conversations/{'0' * 32}", headers=lin)).status_code == 404
    assert (await client.http.get("/console", headers=lin)).headers["cache-control"] == "no-store"


async def test_a_thread_shows_parts_that_have_only_what_they_must_have(client: Client) -> None:
    """A parcel that has not arrived has no day of arrival; a card may have no price."""
    steps = [{"label": "已发货", "at": "11月30日", "done": True}, {"label": "已送达", "done": False}]
    parts = {"timeline": {"order": "1001", "steps": steps}, "cards": [{"sku": "TEA-1", "name": "云雾绿茶"}]}
    answer = parse_answers([{"text": "在路上", "custom": parts}])[0]
    await client.begin()
    database = Database(client.settings.database_url)
    async with database.session() as session:
        await append_message(
            session, client.conversation_id, "assistant", answer.text, at=utc_now(),
            timeline=answer.timeline, cards=list(answer.cards),
        )  # fmt: skip
    await database.close()
    lin = await signed_in_as(client.settings, "lin")
    page = await client.http.get(f"/console/conversations/{client.conversation_id}", headers=lin)
    assert page.status_code == 200
    assert all(text in page.text for text in ("11月30日", "已送达", "云雾绿茶"))


async def test_a_row_says_whose_a_customer_is_who_spoke_and_nothing_unread_of_what_is_closed(client: Client) -> None:
    lin = await signed_in_as(client.settings, "lin")
    wang = await signed_in_as(client.settings, "wang", language="en")
    database = Database(client.settings.database_url)
    waiting = await conversation(database, said=[("customer", "有人吗")])
    async with database.session() as session:
        await append_message(session, waiting, "agent", "在的", at=utc_now(), agent="wang")
    await in_queue(database, waiting)
    closed = await conversation(database, said=[("customer", "再见")], closed_at=utc_now())

    async def listed(headers: dict[str, str], shelf: str) -> str:
        return (await client.http.get(f"/console/list?shelf={shelf}", headers=headers)).text

    assert ">排队中</span>" in await listed(lin, "queue")
    async with database.session() as session:
        await session.execute(update(Handoff).values(agent="lin", state="assigned"))
    assert ">给您</span>" in await listed(lin, "queue")
    assert ">给您</span>" in await listed(lin, "mine")
    assert ">For Lin</span>" in await listed(wang, "queue")
    assert "<i>Wang</i>在的" in await listed(lin, "queue")
    assert "<i>You</i>在的" in await listed(wang, "queue")
    assert 'class="badge"' in await listed(lin, "queue")
    ended = await listed(lin, "closed")
    assert closed in ended
    assert 'class="badge"' not in ended
    await database.close()


def test_both_languages_have_the_same_words() -> None:
    def names(value: Any, at: str = "") -> set[str]:
        inner = value.items() if isinstance(value, dict) else ()
        return {at}.union(*(names(part, f"{at}.{name}") for name, part in inner))

    # An intent or an event is called by its code in English, unless that reads badly.
    missing = names(words("zh")) ^ names(words("en"))
    assert {name for name in missing if not name.startswith((".intents.", ".events."))} == set()


def test_every_reason_the_assistant_has_for_a_hand_off_is_told_in_words() -> None:
    given = {handoff.REASON, order_ability.HANDOFF_REASON, "upset", "misunderstood", ActionCouponCheck.called}
    for language in get_args(Language):
        assert given - words(language)["reasons"].keys() == set()


async def test_the_scripts_of_the_console_are_served_and_asked_again_only_when_they_change(client: Client) -> None:
    lin = await signed_in_as(client.settings, "lin")
    assert 'src="/static/console/main.js" type="module"' in (await client.http.get("/console", headers=lin)).text
    scripts = {path.stem for path in (STATIC / "console").glob("*.js")}
    for script in scripts:
        path = f"/static/console/{script}.js"
        answer = await client.http.get(path)
        assert answer.status_code == 200
        again = await client.http.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        assert set(re.findall(r'from "\./(\w+)\.js"', answer.text)) <= scripts


def test_control_characters_are_pictures() -> None:
    assert visible("a\x00\x08\x1b\n\tb\x9f") == "a␀␈␛\n\tb\ufffd"
    assert visible("\u202eabc\u2066") == "abc"
    assert [own_path(path) for path in ("/a.svg", "//evil", "/\\evil", "javascript:1", None)] == [True] + [False] * 4
