"""The links of a message: each a token that we recognise again, and that says nothing about its reader."""

from __future__ import annotations

import hashlib
from typing import Literal
from urllib.parse import urlsplit

from rapport.messaging.errors import RenderError
from rapport.tokens import InvalidTokenError, sign, verify

Page = Literal["unsubscribe", "preferences", "confirm", "open"]
MOST_LINKS = 50


class Tracker:
    """Numbers the links of the message with this number, and hands out what stands for them."""

    def __init__(self, message_number: int, *, public_url: str, key: str) -> None:
        self._number, self._base, self._key = message_number, public_url.rstrip("/"), key
        self._tracked: dict[str, str] = {}

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses linked to, by their number."""
        return tuple(self._tracked)

    def link(self, url: str) -> str:
        """A tracked link to this address; the same for the same address. Raises RenderError."""
        if url not in self._tracked:
            if urlsplit(url).scheme not in ("http", "https") or len(self._tracked) == MOST_LINKS:
                raise RenderError(f"{url[:80]!r} is no web address, or one more than {MOST_LINKS}")
            token = _token([self._number, len(self._tracked)], key=self._key, purpose="click")
            self._tracked[url] = f"{self._base}/click/{token}"
        return self._tracked[url]

    def page(self, page: Page) -> str:
        """The address of one of our own pages for this message."""
        return self._base + page_path(self._number, page, key=self._key)


def page_path(message_number: int, page: Page, *, key: str) -> str:
    """The path of one of our own pages for a message."""
    suffix = ".gif" if page == "open" else ""
    return f"/{page}/{_token(message_number, key=key, purpose=page)}{suffix}"


def message_of(token: str, *, page: Page, key: str) -> int:
    """The number of the message whose page this is. Raises InvalidTokenError."""
    number = _value(token, key=key, purpose=page)
    if not isinstance(number, int):
        raise InvalidTokenError(InvalidTokenError.__doc__)
    return number


def link_of(token: str, *, key: str) -> tuple[int, int]:
    """The numbers of the message and of the link in it. Raises InvalidTokenError."""
    match _value(token, key=key, purpose="click"):
        case [int(message), int(link)]:
            return message, link
    raise InvalidTokenError(InvalidTokenError.__doc__)


def _token(value: object, *, key: str, purpose: str) -> str:
    return f"{_key_id(key)}.{sign(value, key=key, purpose=f'message-{purpose}')}"


def _value(token: str, *, key: str, purpose: str) -> object:
    key_id, _, signed = token.partition(".")
    if key_id != _key_id(key):
        raise InvalidTokenError(InvalidTokenError.__doc__)
    value: object = verify(signed, key=key, purpose=f"message-{purpose}")
    return value


def _key_id(key: str) -> str:
    """Names the key without telling it, so that a later key can live beside it."""
    return hashlib.sha256(b"key id:" + key.encode()).hexdigest()[:8]
