"""No request brings more than it may: a larger body is refused before it is read whole."""

from __future__ import annotations

import re

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rapport.chat.files import LARGEST_FILE
from rapport.web.problems import problem

LARGEST_BODY = 64 * 1024
# A file, and the borders and names around it.
LARGEST_UPLOAD = LARGEST_FILE + LARGEST_BODY
# An update holds a message, the one it answers and the keys under it, each letter in up to six bytes.
LARGEST_UPDATE = 256 * 1024
UPDATES = "/telegram/webhook"
UPLOADS = re.compile("/chat/files|/api/conversations/[0-9a-f]{32}/files")


class BodyLimit:
    """413 for a body over its path's limit, whether it declares its length or not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        limit = _limit(scope["path"])
        refusal = f"A request to this address may have {limit} bytes."
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared[:20]) > limit:
            return await problem(413, refusal)(scope, receive, send)
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise HTTPException(413, refusal)
            return message

        await self.app(scope, receive_within_limit, send)


def _limit(path: str) -> int:
    if path == UPDATES:
        return LARGEST_UPDATE
    return LARGEST_UPLOAD if UPLOADS.fullmatch(path) else LARGEST_BODY
