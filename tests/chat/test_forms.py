"""A form is asked in our own words and answered in the customer's, and nothing wrong in it goes further."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.chat.buttons import Button
from rapport.chat.errors import InvalidFormError
from rapport.chat.forms import KINDS, MOST_FIELDS, answered_form, filled_form, parse_form, shown_form

FORM: dict[str, Any] = {
    "intent": "order_status",
    "title": "查订单",
    "fields": [
        {"name": "order_id", "label": "订单号", "type": "text", "required": True},
        {"name": "email", "label": "邮箱", "type": "email"},
        {"name": "size", "label": "尺码", "type": "select", "options": ["S", "M"]},
    ],
}


def with_field(**field: Any) -> dict[str, Any]:
    return {"intent": "x", "fields": [{"name": "a", "label": "A", **field}]}


def test_a_form_is_kept_as_it_is_and_shown_without_what_it_means_to_the_assistant() -> None:
    kept = parse_form({**FORM, "onsubmit": "x"})
    assert kept == FORM
    assert shown_form(FORM) == {"title": "查订单", "fields": FORM["fields"]}


@pytest.mark.parametrize(
    "change",
    [
        {"intent": "/x"},
        {"intent": None},
        {"fields": []},
        {"fields": FORM["fields"] * MOST_FIELDS},
        {"fields": FORM["fields"][:1] * 2},
        {"fields": [{"name": "__proto__", "label": "x", "type": "text"}]},
        {"fields": [{"name": "a", "label": "x", "type": "password"}]},
        {"fields": [{"name": "a", "label": "x", "type": "select"}]},
        {"fields": [{"name": "a", "label": "x", "type": "text", "options": ["b"]}]},
    ],
)
def test_half_of_a_form_is_left_out(change: dict[str, Any]) -> None:
    assert parse_form({**FORM, **change}) is None


def test_what_was_filled_in_is_one_message() -> None:
    assert filled_form(FORM, {"order_id": " HM-1 ", "email": "", "size": "M"}) == Button(
        "订单号: HM-1\n尺码: M", '/order_status{"order_id": "HM-1", "size": "M"}'
    )


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"email": "a@b.example"}, ("order_id",)),
        ({"order_id": "1", "email": "nobody"}, ("email",)),
        ({"order_id": "1", "size": "XXL"}, ("size",)),
        ({"order_id": "1", "role": "admin"}, ("role",)),
        ({}, ("order_id",)),
        ({"order_id": "x" * 501}, ("order_id",)),
    ],
)
def test_what_is_wrong_is_named(values: dict[str, str], fields: tuple[str, ...]) -> None:
    with pytest.raises(InvalidFormError) as refused:
        filled_form(FORM, values)
    assert refused.value.fields == fields


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("email", "mei@shop.example", "mei@shop"),
        ("tel", "+86 138-0013-8000", "call me"),
        ("number", "-3.5", "three"),
        ("date", "2026-02-28", "2026-02-30"),
    ],
)
def test_a_kind_takes_what_it_says(kind: str, good: str, bad: str) -> None:
    assert kind in KINDS
    form = parse_form(with_field(type=kind))
    assert form is not None
    assert filled_form(form, {"a": good}).title == f"A: {good}"
    with pytest.raises(InvalidFormError):
        filled_form(form, {"a": bad})


ORDER = {
    "intent": "order_status",
    "fields": [
        {"name": "order_id", "label": "订单号", "type": "text", "required": True},
        {"name": "email", "label": "邮箱", "type": "email", "required": True},
        {"name": "why", "label": "原因", "type": "select", "options": ["太大", "太小"]},
    ],
}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1001\nmei@example.com", {"order_id": "1001", "email": "mei@example.com"}),
        ("邮箱：mei@example.com\n 1001", {"order_id": "1001", "email": "mei@example.com"}),
        ("1001\n\nmei@example.com\n太大", {"order_id": "1001", "email": "mei@example.com", "why": "太大"}),
        ("订单号: 1001", None),
        ("1001\nnot an address", None),
        ("1001\nmei@example.com\n太长", None),
        ("1001\nmei@example.com\n太大\nmore", None),
        ("hello", None),
        ("", None),
    ],
)
def test_a_form_can_be_answered_in_a_message(text: str, values: dict[str, str] | None) -> None:
    assert answered_form(ORDER, text) == (filled_form(ORDER, values) if values else None)


def test_a_question_is_no_answer() -> None:
    form = {"intent": "order_change", "fields": [{"name": "wish", "label": "Change", "type": "text"}]}
    assert answered_form(form, "What can be changed?") is None
    assert answered_form(form, "The address") == Button("Change: The address", '/order_change{"wish": "The address"}')
