"""What Rasa's wire format brings is taken as data: nothing in it can harm the page."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.chat.answers import Answer, parse_answers
from rapport.chat.assistant import as_free_text
from rapport.chat.buttons import Button, pressed_button, signed_button
from rapport.chat.errors import AssistantError, UnknownButtonError

KEY = "a key that is only for tests, long enough"


def test_what_has_no_words_joins_what_came_before() -> None:
    items = [
        {"recipient_id": "c", "text": " 看看 "},
        {"custom": {"cards": [{"sku": "A", "name": "a"}]}},
        {"buttons": [{"title": "好", "payload": "/affirm"}]},
        {"text": "还有"},
        {"custom": {"other": 1}},
    ]
    assert parse_answers(items) == (
        Answer("看看", (Button("好", "/affirm"),), ({"sku": "A", "name": "a"},)),
        Answer("还有"),
    )


@pytest.mark.parametrize("body", [[], None, {}, "text", [1], [{"text": ""}], [{"text": 7}], [{"buttons": "x"}]])
def test_nothing_said_is_a_failure(body: Any) -> None:
    with pytest.raises(AssistantError):
        parse_answers(body)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "//evil.example/x", "/\\evil.example", "https://evil.example", 7]
)
def test_a_card_leads_only_into_the_shop(address: Any) -> None:
    card = {"sku": "A", "name": "a", "url": address, "picture": address, "stock": 3, "script": "x"}
    assert parse_answers([{"custom": {"cards": [card]}}])[0].cards == ({"sku": "A", "name": "a", "stock": 3},)


def test_a_button_no_column_could_hold_is_left_out() -> None:
    buttons = [{"title": "a", "payload": "x" * 1001}, {"title": "b", "payload": ""}, {"title": "c", "payload": "/c"}]
    assert parse_answers([{"text": "?", "buttons": buttons}])[0].buttons == (Button("c", "/c"),)


def test_a_signed_button_opens_in_its_conversation_only() -> None:
    token = signed_button(Button("好", "/affirm"), "one", key=KEY)["payload"]
    assert pressed_button(token, "one", key=KEY) == Button("好", "/affirm")
    for conversation, wrong in (("two", token), ("one", token + "x"), ("one", "/affirm")):
        with pytest.raises(UnknownButtonError):
            pressed_button(wrong, conversation, key=KEY)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("/restart", "／restart"),
        (" \n/greet", "／greet"),
        ("\u3000/greet{}", "／greet{}"),
        ("a/b", "a/b"),
        ("//", "／/"),
    ],
)
def test_a_typed_slash_never_stands_first(typed: str, asked: str) -> None:
    assert as_free_text(typed) == asked
