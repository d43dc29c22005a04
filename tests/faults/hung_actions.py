"""An action server that takes calls and answers none of them until it is let go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

TOLD = "这是迟到的回答。"


@dataclass
class HungActions:
    """`calls` are the names of the actions asked for; `most_at_once` counts the calls open at one time."""

    calls: list[str] = field(default_factory=list)
    most_at_once: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    _open: int = 0

    async def asked(self) -> None:
        """Returns when a call hangs here."""
        while not self._open:
            await asyncio.sleep(0.01)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            call = await _body(reader)
            self.calls.append(call["next_action"])
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
            await self.gate.wait()
            self._open -= 1
            writer.write(_answer())
            await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def hanging(port: int) -> AsyncIterator[HungActions]:
    """The server on loopback, for as long as the block lasts."""
    actions = HungActions()
    server = await asyncio.start_server(actions.serve, "127.0.0.1", port)
    try:
        yield actions
    finally:
        actions.gate.set()
        server.close()
        await server.wait_closed()


async def _body(reader: asyncio.StreamReader) -> Any:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = int(head.partition("content-length:")[2].split("\r\n")[0])
    return json.loads(await reader.readexactly(length))


def _answer() -> bytes:
    content = json.dumps({"events": [], "responses": [{"text": TOLD}]}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return (head + "Connection: close\r\n\r\n").encode() + content
