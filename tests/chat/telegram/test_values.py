"""An update is one of a few things a customer does, or nothing for us, or malformed; it is never a crash."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram import Bot

from rapport.chat.telegram.values import (
    Blocked,
    Incoming,
    Located,
    MalformedUpdateError,
    Pressed,
    Said,
    SentFile,
    Unreadable,
    incoming,
    parsed,
)

BOT = Bot("1:x")
FROM: dict[str, Any] = {
    "id": 7,
    "is_bot": False,
    "first_name": "Mei",
    "last_name": "\u202e<b>",
    "language_code": "zh",
}
CHAT: dict[str, Any] = {"id": 7, "type": "private"}
FILE: dict[str, Any] = {"file_id": "f", "file_unique_id": "u"}


def message(**body: Any) -> dict[str, Any]:
    return {"message_id": 3, "date": 1_700_000_000, "chat": CHAT, "from": FROM, **body}


def read(**update: Any) -> Incoming | None:
    return incoming(parsed({"update_id": 1, **update}, BOT))


@pytest.mark.parametrize(
    ("update", "what"),
    [
        ({"message": message(text="你好")}, Said(3, "你好")),
        ({"message": message(text="a\x00b\ud800")}, Said(3, "ab?")),
        ({"edited_message": message(text="hi", edit_date=1)}, Said(3, "hi", edited=True)),
        (
            {"message": message(photo=[FILE | {"width": 1, "height": 1}])},
            SentFile(3, "f", "photo.jpg", "image/jpeg", 0),
        ),
        (
            {"message": message(document=FILE | {"file_name": "a.pdf", "file_size": 5}, caption="x")},
            SentFile(3, "f", "a.pdf", "", 5, "x"),
        ),
        ({"message": message(location={"latitude": 31.2, "longitude": 121.4})}, Located(31.2, 121.4)),
        ({"message": message(voice=FILE | {"duration": 1})}, Unreadable()),
    ],
)
def test_what_a_customer_does(update: dict[str, Any], what: object) -> None:
    found = read(**update)
    assert found is not None
    assert (found.writer.chat_id, found.writer.kind, found.writer.locale, found.what) == (7, "private", "zh", what)


def test_a_pressed_button_comes_with_the_keys_around_it() -> None:
    shop = {"text": "Shop", "url": "https://x.example"}
    keys = {"inline_keyboard": [[{"text": "Yes", "callback_data": "r.s"}, shop]]}
    query = {"id": "q", "from": FROM, "chat_instance": "c", "data": "r.s", "message": message(reply_markup=keys)}
    found = read(callback_query=query)
    assert found is not None
    assert found.what == Pressed("r.s", 3, ((("Yes", "r.s", None), ("Shop", None, "https://x.example")),))


@pytest.mark.parametrize(("status", "blocked"), [("kicked", True), ("member", False)])
def test_blocking_is_told(status: str, blocked: bool) -> None:
    bot = {"id": 1, "is_bot": True, "first_name": "b"}
    old = {"user": bot, "status": "left"}
    new = {"user": bot, "status": status} | ({"until_date": 0} if blocked else {})
    change = {"chat": CHAT, "from": FROM, "date": 1, "old_chat_member": old, "new_chat_member": new}
    found = read(my_chat_member=change)
    assert found is not None
    assert found.what == Blocked(blocked)


@pytest.mark.parametrize(
    "update",
    [
        {"poll_answer": {"poll_id": "1", "option_ids": []}},
        {"message": message(chat={"id": -5, "type": "channel"}, text="x")},
        {"message": message(**{"from": FROM | {"is_bot": True}}, text="x")},
        {"message": message(new_chat_title="x")},
        {"edited_message": message(location={"latitude": 31.2, "longitude": 121.4})},
    ],
)
def test_what_is_nothing_for_us_is_nothing(update: dict[str, Any]) -> None:
    assert read(**update) is None


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "update",
        {},
        {"update_id": "1"},
        {"update_id": True},
        {"update_id": -1},
        {"update_id": 2**63},
        {"update_id": 1, "message": 5},
        {"update_id": 1, "message": message(text={"a": 1})},
        {"update_id": 1, "message": message(chat={"id": "7", "type": "private"}, text="x")},
        {"update_id": 1, "message": message(chat={"id": 2**70, "type": "private"}, text="x")},
        {"update_id": 1, "message": message(date=10**18, text="x")},
        {"update_id": 1, "message": message(location={"latitude": "north", "longitude": 0})},
    ],
)
def test_what_is_malformed_is_said_to_be(data: Any) -> None:
    with pytest.raises(MalformedUpdateError):
        incoming(parsed(data, BOT))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
NAMES = ("text", "caption", "photo", "document", "location", "voice", "entities", "reply_markup", "from", "chat")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]),
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=3),
)
def test_no_json_breaks_it(kind: str, body: dict[str, Any]) -> None:
    try:
        found = incoming(parsed({"update_id": 1, kind: message(**body)}, BOT))
    except MalformedUpdateError:
        return
    assert found is None or isinstance(found, Incoming)
