"""What a `reply_markup` must look like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from demo.bot_api.entities import checked_link
from demo.bot_api.errors import bad

MOST_BUTTONS, MOST_DATA_BYTES = 100, 64
OTHER_ACTIONS = {
    "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
}  # fmt: skip


def checked_markup(markup: Any) -> dict[str, Any]:
    """The markup as given; 400 where the real server refuses it."""
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        for button in _buttons(markup["inline_keyboard"], "inline_keyboard"):
            _check_inline(button)
    elif "keyboard" in markup:
        for button in _buttons(markup["keyboard"], "keyboard"):
            _text_of({"text": button} if isinstance(button, str) else button, "keyboard button")
    elif not (markup.get("remove_keyboard") or markup.get("force_reply")) and markup:
        raise bad("can't parse reply keyboard markup JSON object")
    return markup


def _buttons(rows: Any, field: str) -> Iterator[Any]:
    if not isinstance(rows, list) or any(not isinstance(row, list) for row in rows):
        raise bad(f'field "{field}" must be of type Array')
    if sum(map(len, rows)) > MOST_BUTTONS:
        raise bad("reply markup is too long")
    return (button for row in rows for button in row)


def _check_inline(button: Any) -> None:
    text = _text_of(button, "inline keyboard button")
    if "url" in button:
        if not checked_link(str(button["url"])):
            raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    elif "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= MOST_DATA_BYTES:
            raise bad("BUTTON_DATA_INVALID")
    elif not OTHER_ACTIONS & button.keys():
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if not text.strip():
        raise bad("inline keyboard button text is empty")


def _text_of(button: Any, what: str) -> str:
    if not isinstance(button, dict):
        raise bad(f"can't parse {what}: Expected an Object")
    if not isinstance(button.get("text"), str):
        raise bad(f"can't parse {what}: Can't find field \"text\"")
    return str(button["text"])
