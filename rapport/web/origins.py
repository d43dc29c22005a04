"""Only pages of the shop may talk to the chat from a browser: its own, and those the operator lists."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rapport.settings import Settings
from rapport.web.problems import problem

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


class Origins:
    """Refuses a browser's request to `/chat` from a foreign page, and lets the listed ones read the answers."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.listed = frozenset(map(origin_of, settings.allowed_origins))
        self.own = origin_of(settings.public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/chat/"):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None:
            return await self.app(scope, receive, send)
        if not self.allows(origin, host=headers.get("host", "")):
            return await problem(403, "This page may not talk to the chat.")(scope, receive, send)
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            return await Response(status_code=204, headers=_reading(origin) | ALLOWED)(scope, receive, send)

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_reading(origin))
            await send(message)

        await self.app(scope, receive, send_readable)

    def allows(self, origin: str, *, host: str) -> bool:
        """Whether a page of this origin may call."""
        return origin in self.listed or is_own(origin, public_url=self.own, host=host)


def is_own(origin: str, *, public_url: str, host: str) -> bool:
    """Whether a page of this origin is one of ours; on loopback, under any name of this machine."""
    if origin == origin_of(public_url):
        return True
    parts = urlsplit(origin) if origin.isprintable() and "[" not in origin else None
    return bool(parts) and parts is not None and parts.netloc == host and parts.hostname in LOOPBACK


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as a browser writes an origin."""
    parts = urlsplit(url.strip())
    return f"{parts.scheme}://{parts.netloc}".casefold()


def _reading(origin: str) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
