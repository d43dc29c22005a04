"""The cookie of a member of staff: what it is called, what it opens, and the token that goes with it."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from fastapi import Request, Response

from rapport.settings import Settings
from rapport.web.origins import LOOPBACK

# A log-in ends after so long without a request, and in any case after so long (OWASP ASVS 5.0, 7.3).
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
# Written down at most so often: a console asks many times a minute.
NOTED_EVERY = timedelta(minutes=5)
SECURE, PLAIN = "__Host-rapport", "rapport"


def is_plain(settings: Settings) -> bool:
    """Whether this is http on loopback, where not every browser keeps a `Secure` cookie."""
    parts = urlsplit(settings.public_url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def cookie_of(request: Request, settings: Settings) -> str:
    """The session's key this browser brings, or ""."""
    return request.cookies.get(PLAIN if is_plain(settings) else SECURE, "")


def set_cookie(response: Response, key: str, settings: Settings) -> None:
    """Hands the browser its session's key; no page of another site can name, read or send it with a post."""
    plain = is_plain(settings)
    response.set_cookie(PLAIN if plain else SECURE, key, secure=not plain, httponly=True, samesite="lax", path="/")


def drop_cookie(response: Response, settings: Settings) -> None:
    plain = is_plain(settings)
    response.delete_cookie(PLAIN if plain else SECURE, secure=not plain, httponly=True, samesite="lax", path="/")


def hash_of(key: str) -> str:
    """What the database keeps of a key. Keys are random and long: a fast hash hides them well enough."""
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()


def csrf_token(session_key: str, *, key: str) -> str:
    """The token of a session's forms and scripts; who knows it has read one of our pages."""
    return hmac.new(key.encode(), b"csrf:" + session_key.encode(errors="surrogateescape"), hashlib.sha256).hexdigest()


def expiry(began_at: datetime, now: datetime) -> datetime:
    """When a log-in that is used now ends, if it is not used again."""
    return min(now + IDLE, began_at + LONGEST)
