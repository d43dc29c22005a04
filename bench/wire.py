"""An HTTP client that costs next to nothing: on two cores, what a client takes is missing to what is measured."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(slots=True)
class Wire:
    """One connection over HTTP/1.1, kept open; one request at a time. Any answer but 2xx raises RuntimeError.

    A server closes what was idle for some seconds: before the next request it is opened anew, as a browser does.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    host: str

    @classmethod
    async def open(cls, url: str) -> Self:
        """A connection to the host of `url`."""
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=2**20)
        return cls(reader, writer, parts.netloc)

    async def post(self, path: str, body: Any, headers: Mapping[str, str]) -> Any:
        """The JSON that is answered."""
        if self.reader.at_eof():
            self.writer.close()
            fresh = await self.open(f"http://{self.host}")
            self.reader, self.writer = fresh.reader, fresh.writer
        content = json.dumps(body).encode()
        fields = {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}
        answered = await self._ask(f"POST {path}", fields, content)
        if "content-length" in answered:
            return json.loads(await self.reader.readexactly(int(answered["content-length"])))
        return json.loads(b"".join([chunk async for chunk in self._chunks()]))

    async def events(self, path: str, headers: Mapping[str, str]) -> AsyncIterator[Any]:
        """The JSON of every server-sent event from now on."""
        await self._ask(f"GET {path}", headers)
        async for chunk in self._chunks():
            for line in chunk.splitlines():
                if line.startswith(b"data:"):
                    yield json.loads(line[5:])

    def close(self) -> None:
        self.writer.close()

    async def _ask(self, request: str, headers: Mapping[str, str], content: bytes = b"") -> dict[str, str]:
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.writer.write(f"{request} HTTP/1.1\r\nHost: {self.host}\r\n{fields}\r\n".encode() + content)
        status, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        if status.split()[1][0] != "2":
            raise RuntimeError(f"{request}: {status}")
        return {name.casefold(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    async def _chunks(self) -> AsyncIterator[bytes]:
        while size := int(await self.reader.readline(), 16):
            yield (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readline()
