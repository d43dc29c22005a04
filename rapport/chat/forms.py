"""Small forms in a conversation: what is asked, and what was filled in as one message of the customer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from rapport.chat.buttons import LONGEST_PAYLOAD, Button
from rapport.chat.errors import InvalidFormError

KINDS = ("text", "email", "tel", "number", "date", "select", "textarea")
MOST_FIELDS, MOST_OPTIONS, LONGEST, LONGEST_VALUE = 8, 20, 120, 500
NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
INTENT = re.compile(r"[a-z][a-z0-9_]{0,63}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
TEL = re.compile(r"\+?[\d\s()./-]{5,31}")
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")


def parse_form(value: Any) -> dict[str, Any] | None:
    """A form as it is kept, from Rasa's wire format or from our own rooms; None where it is not of this shape.

    `{intent, title?, send?, fields: [{name, label, type, required?, options?, hint?}]}`. `intent` is what the answer
    tells the assistant, with the fields as entities; a browser never sees it. `fields` have unique names.
    """
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("intent"), str)
        or not INTENT.fullmatch(value["intent"])
    ):
        return None
    fields = value.get("fields")
    if not isinstance(fields, list) or not 0 < len(fields) <= MOST_FIELDS or not all(map(_is_field, fields)):
        return None
    if len({field["name"] for field in fields}) < len(fields):
        return None
    words = {name: value[name] for name in ("title", "send") if _is_text(value.get(name))}
    return {"intent": value["intent"], **words, "fields": [_field(field) for field in fields]}


def shown_form(form: Mapping[str, Any]) -> dict[str, Any]:
    """The form as a client sees it."""
    return {name: part for name, part in form.items() if name != "intent"}


def filled_form(form: Mapping[str, Any], values: Mapping[str, str]) -> Button:
    """What the customer says by filling in this form, as if she had pressed a button of it.

    Raises InvalidFormError with the names of the fields that are missing or not what they should be.
    """
    given = {name: text.strip() for name, text in values.items() if text.strip()}
    names = {field["name"] for field in form["fields"]}
    wrong = [field["name"] for field in form["fields"] if not _fits(field, given.get(field["name"]))]
    if wrong or not given or not names.issuperset(given):
        raise InvalidFormError(wrong or sorted(given.keys() - names) or sorted(names))
    lines = [f"{field['label']}: {given[field['name']]}" for field in form["fields"] if field["name"] in given]
    payload = f"/{form['intent']}{json.dumps(given, ensure_ascii=False)}"
    if len(payload) > LONGEST_PAYLOAD:
        raise InvalidFormError(sorted(given))
    return Button("\n".join(lines), payload)


def answered_form(form: Mapping[str, Any], text: str) -> Button | None:
    """What she says by answering the form in a message, a line each, where no form can be shown; None: no answer.

    A line that names a field (`Order number: 1001`) is for that one, another for the next that is still open.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    values: dict[str, str] = {}
    for line in lines:
        field, value = _meant(form, line, values)
        if field is None:
            return None
        values[field] = value
    # Whatever is written would do for a field of free text, a question of hers as well.
    if len(lines) == 1 and text.rstrip().endswith(("?", "？")):
        return None
    try:
        return filled_form(form, {field["name"]: values.get(field["name"], "") for field in form["fields"]})
    except InvalidFormError:
        return None


def _meant(form: Mapping[str, Any], line: str, values: Mapping[str, str]) -> tuple[str | None, str]:
    names = {field["label"].casefold(): field["name"] for field in form["fields"]}
    label, _, value = line.replace("：", ":", 1).partition(":")
    if value.strip() and label.strip().casefold() in names:
        return names[label.strip().casefold()], value.strip()
    return next((field["name"] for field in form["fields"] if field["name"] not in values), None), line


def _is_field(field: Any) -> bool:
    if not isinstance(field, dict) or not _is_text(field.get("label")) or field.get("type") not in KINDS:
        return False
    if not isinstance(field.get("name"), str) or not NAME.fullmatch(field["name"]):
        return False
    options = field.get("options")
    if field["type"] != "select":
        return options is None
    return isinstance(options, list) and 0 < len(options) <= MOST_OPTIONS and all(map(_is_text, options))


def _field(field: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: field[name] for name in ("name", "label", "type", "options") if field.get(name)}
    hint = {"hint": field["hint"]} if _is_text(field.get("hint")) else {}
    return kept | hint | ({"required": True} if field.get("required") is True else {})


def _fits(field: Mapping[str, Any], value: str | None) -> bool:
    if value is None:
        return not field.get("required")
    if len(value) > LONGEST_VALUE:
        return False
    match field["type"]:
        case "email":
            return EMAIL.fullmatch(value) is not None
        case "tel":
            return TEL.fullmatch(value) is not None
        case "number":
            return NUMBER.fullmatch(value) is not None
        case "date":
            return _is_date(value)
        case "select":
            return value in field["options"]
        case _:
            return True


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST
