"""Server-sent events for thousands who mostly hear nothing: an open stream is two tasks and one timer, no more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

# A comment: no client hears it, but every proxy on the way sees that the line lives.
PING = b":\r\n\r\n"


def event(name: str, data: Any, *, id: str | None = None) -> bytes:  # noqa: A002  SSE's word
    """One server-sent event; `data` is sent as JSON, which has no line breaks."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    lines = [*([] if id is None else [f"id: {id}"]), f"event: {name}", f"data: {text}", "", ""]
    return "\r\n".join(lines).encode()


class Streams:
    """The streams that are open in this process: they end together, before the server waits for its clients."""

    def __init__(self) -> None:
        self._telling: set[asyncio.Task[None]] = set()
        self._ended = False

    def opened(self, telling: asyncio.Task[None]) -> None:
        """A stream tells; one that comes while the process stops is ended at once."""
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)
        if self._ended:
            _cancel(telling)

    def end(self) -> None:
        """Ends them all, and those to come. Their clients know how to come again."""
        self._ended = True
        for telling in self._telling:
            _cancel(telling)

    def __len__(self) -> int:
        return len(self._telling)


def _cancel(telling: asyncio.Task[None]) -> None:
    """Cancels it once it has begun: one that never begins could not complete its answer."""
    asyncio.get_running_loop().call_soon(telling.cancel)


class EventStream(Response):
    """Sends what `events` yields until it ends, its client is gone or the process stops; then closes it."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes], streams: Streams, status_code: int = 200) -> None:
        # FastAPI reads the default of `status_code` for the description of the routes.
        self._events, self._streams = events, streams
        self.status_code, self.background = status_code, None
        # nginx would gather a stream before it passes it on.
        self.init_headers({"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        telling = asyncio.create_task(self._tell(send))
        self._streams.opened(telling)
        try:
            # It comes when the client is gone, and when the answer is complete.
            while (await receive())["type"] != "http.disconnect":
                continue
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling

    async def _tell(self, send: Send) -> None:
        try:
            async with aclosing(self._events) as events:
                async for chunk in events:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def the_streams(request: Request) -> Streams:
    """The streams of the application that serves this request."""
    found: Streams = request.app.state.streams
    return found


Open = Annotated[Streams, Depends(the_streams)]
