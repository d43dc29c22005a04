"""Signed tokens: what we hand out we recognise again, and nothing else, and only for its purpose."""

from __future__ import annotations

from typing import Any

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer


class InvalidTokenError(Exception):
    """This token was not issued by us for this purpose, or has expired."""


def sign(value: Any, *, key: str, purpose: str) -> str:
    """A URL-safe token that carries `value` (JSON) in the clear, signed for one purpose."""
    return str(URLSafeSerializer(key, salt=purpose).dumps(value))


def verify(token: str, *, key: str, purpose: str) -> Any:
    """The value of a token from `sign`; compared in constant time. Raises InvalidTokenError."""
    try:
        return URLSafeSerializer(key, salt=purpose).loads(token)
    except BadData as error:
        raise InvalidTokenError(InvalidTokenError.__doc__) from error


def sign_for_a_while(value: Any, *, key: str, purpose: str) -> str:
    """Like `sign`, with the time of issue inside, for `verify_within`."""
    return str(URLSafeTimedSerializer(key, salt=purpose).dumps(value))


def verify_within(token: str, *, key: str, purpose: str, seconds: int) -> Any:
    """The value of a token from `sign_for_a_while`, not older than `seconds`. Raises InvalidTokenError."""
    try:
        return URLSafeTimedSerializer(key, salt=purpose).loads(token, max_age=seconds)
    except BadData as error:
        raise InvalidTokenError(InvalidTokenError.__doc__) from error
