"""Buttons: a payload leaves signed for its conversation, and only such a payload is taken back."""

from __future__ import annotations

from dataclasses import dataclass

from rapport.chat.errors import UnknownButtonError
from rapport.tokens import InvalidTokenError, sign, verify

PURPOSE = "chat-button"
# What chat_messages.payload holds; a longer one could be pressed but not stored.
LONGEST_PAYLOAD = 1000


@dataclass(frozen=True, slots=True)
class Button:
    """`payload` is what the assistant understands: `/intent{"slot": …}` or plain text."""

    title: str
    payload: str


def signed_button(button: Button, conversation_id: str, *, key: str) -> dict[str, str]:
    """The button as a client sees it: its payload is a token that opens in this conversation only."""
    token = sign([conversation_id, button.title, button.payload], key=key, purpose=PURPOSE)
    return {"title": button.title, "payload": token}


def pressed_button(token: str, conversation_id: str, *, key: str) -> Button:
    """The button a client has pressed. Raises UnknownButtonError."""
    try:
        offered_in, title, payload = verify(token, key=key, purpose=PURPOSE)
    except InvalidTokenError as error:
        raise UnknownButtonError from error
    if offered_in != conversation_id:
        raise UnknownButtonError
    return Button(title, payload)
