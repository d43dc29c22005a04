"""JSON over HTTP/1.1 to the assistant, at a twentieth of what a general client takes: every turn waits for it."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

import httptools

from rapport.chat.errors import AssistantError

MOST_CONNECTIONS = 100
LARGEST_ANSWER = 4 * 1024 * 1024


@dataclass(slots=True)
class Wire:
    """Connections to the server at `url`. One that was idle for `kept` seconds is not used again: the server may be
    closing it just then. A call that fails is not repeated: whether it was heard, nobody knows."""

    url: str
    kept: float
    connect_seconds: float
    seconds: float
    _idle: list[_Line] = field(default_factory=list)
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_CONNECTIONS))

    async def post(self, path: str, content: Any) -> Any:
        """The JSON that answers `content`. Raises AssistantError: no connection, no answer in time, a status other
        than 200, something that is no JSON."""
        parts, body = urlsplit(self.url), json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        head = f"POST {parts.path}{path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        try:
            async with asyncio.timeout(self.seconds), self._free, self._line() as line:
                answer = await line.ask(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            return json.loads(answer)
        except (OSError, EOFError, ValueError, httptools.HttpParserError) as error:
            raise AssistantError(f"The assistant gave no answer: {type(error).__name__}, {error}.") from error

    async def close(self) -> None:
        """Ends the connections that are idle."""
        while self._idle:
            self._idle.pop().close()

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[_Line]:
        line = self._kept_line() or await _Line.open(self.url, seconds=self.connect_seconds)
        try:
            yield line
        except BaseException:
            line.close()
            raise
        if line.lasts:
            line.idle_since = asyncio.get_running_loop().time()
            self._idle.append(line)
        else:
            line.close()

    def _kept_line(self) -> _Line | None:
        while self._idle:
            line = self._idle.pop()
            if line.open_still and asyncio.get_running_loop().time() - line.idle_since < self.kept:
                return line
            line.close()
        return None


@dataclass(slots=True)
class _Line:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    idle_since: float = 0.0
    lasts: bool = True

    @classmethod
    async def open(cls, url: str, *, seconds: float) -> Self:
        parts = urlsplit(url)
        secure = ssl.create_default_context() if parts.scheme == "https" else None
        port = parts.port or (443 if secure else 80)
        async with asyncio.timeout(seconds):
            return cls(*await asyncio.open_connection(parts.hostname, port, ssl=secure))

    @property
    def open_still(self) -> bool:
        return not self.reader.at_eof() and not self.writer.is_closing()

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer."""
        answer = _Answer()
        answer.parser = httptools.HttpResponseParser(answer)
        self.writer.write(request)
        while not answer.status:
            data = await self.reader.read(65536)
            if not data:
                raise EOFError("the connection ended within an answer")
            answer.parser.feed_data(data)
        self.lasts = answer.lasts
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        return bytes(answer.body)

    def close(self) -> None:
        self.writer.close()


@dataclass(slots=True)
class _Answer:
    """What the parser calls; it knows `status` and whether the connection `lasts` only at the end, until then 0."""

    parser: Any = None
    body: bytearray = field(default_factory=bytearray)
    status: int = 0
    lasts: bool = False

    def on_body(self, data: bytes) -> None:
        self.body += data
        if len(self.body) > LARGEST_ANSWER:
            raise ValueError(f"an answer of more than {LARGEST_ANSWER} bytes")

    def on_message_complete(self) -> None:
        self.status, self.lasts = self.parser.get_status_code(), self.parser.should_keep_alive()
