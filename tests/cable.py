"""A line between us and a server, to be cut in mid-talk and mended."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field

from sqlalchemy import make_url


@dataclass
class Cable:
    """Carries bytes from a port of its own to PostgreSQL at `database_url`, while it is whole."""

    database_url: str
    _server: asyncio.Server | None = None
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)
    _port: int = 0

    @property
    def url(self) -> str:
        """The same database, through this cable."""
        through = make_url(self.database_url).set(host="127.0.0.1", port=self._port)
        return through.render_as_string(hide_password=False)

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Whoever talks through it is cut off, and nobody gets through."""
        assert self._server is not None
        self._server.close()
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = make_url(self.database_url)
        there = await asyncio.open_connection(target.host, target.port or 5432, family=socket.AF_INET)
        self._ends |= {writer, there[1]}
        await asyncio.gather(_pour(reader, there[1]), _pour(there[0], writer), return_exceptions=True)


async def _pour(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            into.write(data)
            await into.drain()
    finally:
        into.close()
