"""A relay that takes every mail as fast as it can and keeps none: `python -m bench.mail_sink` prints its port."""

from __future__ import annotations

import asyncio
import sys


class Sink(asyncio.Protocol):
    """Enough of RFC 5321 for one well-behaved client: the slow part of a relay is not what is measured."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.rest, self.in_data = transport, b"", False
        self._say(b"220 sink ESMTP")

    def data_received(self, data: bytes) -> None:
        self.rest += data
        while True:
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"
            line, found, rest = self.rest.partition(end)
            if not found:
                return
            self.rest = rest
            self._answer(line)

    def _answer(self, line: bytes) -> None:
        if self.in_data:
            self.in_data = False
            self._say(b"250 queued")
            return
        self.in_data = line[:4].upper() == b"DATA"
        self._say(b"354 go on" if self.in_data else b"221 bye" if line[:4].upper() == b"QUIT" else b"250 sink")

    def _say(self, line: bytes) -> None:
        assert isinstance(self.transport, asyncio.WriteTransport)  # noqa: S101  a TCP line
        self.transport.write(line + b"\r\n")


async def main() -> None:
    """Serves until its standard input ends, which it does with the process that started it."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
