"""A small server that speaks the wire format of Rasa's REST channel, and can be slow, empty, broken or hang."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

Answers = list[dict[str, Any]]


def echo(question: dict[str, Any]) -> Answers:
    return [{"recipient_id": question["sender"], "text": f"You said: {question['message']}"}]


@dataclass
class RasaServer:
    """`answer` makes the body; `seconds` passes first; `status` is the answer's. `most_at_once` counts per sender."""

    answer: Callable[[dict[str, Any]], Any] = echo
    seconds: float = 0.0
    status: int = 200
    url: str = ""
    questions: list[dict[str, Any]] = field(default_factory=list)
    most_at_once: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    _now: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.gate.set()

    def hang(self) -> None:
        """From now on nothing is answered until `gate` is set."""
        self.gate.clear()

    def said(self) -> list[str]:
        return [question["message"] for question in self.questions]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        answered = await self._answer(json.loads(body)) if scope["method"] == "POST" else "Hello from Rasa: 3.6.21"
        content = json.dumps(answered).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _answer(self, question: dict[str, Any]) -> Any:
        self.questions.append(question)
        self._now[question["sender"]] += 1
        self.most_at_once = max(self.most_at_once, self._now[question["sender"]])
        try:
            await asyncio.sleep(self.seconds)
            await self.gate.wait()
            return self.answer(question)
        finally:
            self._now[question["sender"]] -= 1


@asynccontextmanager
async def serving(app: Any, port: int) -> AsyncIterator[str]:
    """An ASGI application behind a real socket on loopback, for as long as the block lasts; gives its address."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, access_log=False, timeout_graceful_shutdown=1, ws="none"
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server._serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
            if task.done():
                task.result()
        yield f"http://127.0.0.1:{port}"
    finally:
        # As our own server does: nobody waits for a stream that is still open.
        if streams := getattr(getattr(app, "state", None), "streams", None):
            streams.end()
        server.should_exit = True
        await task
