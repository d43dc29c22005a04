"""The connection to the assistant, against a server that says just what a test wants."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from rapport.chat.assistant import wire_to
from rapport.chat.errors import AssistantError
from rapport.chat.wire import LARGEST_ANSWER, Wire
from tests.chat.conftest import unused_port


def answer(body: bytes = b'{"a": 1}', status: str = "200 OK", *fields: str) -> bytes:
    head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields))
    return f"{head}\r\n\r\n".encode() + body


@dataclass
class Server:
    """Sends `says` to each request, in pieces; `ends` closes the connection after it. Keeps what it was asked."""

    says: tuple[bytes, ...] = (answer(),)
    ends: bool = False
    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(line for line in head.decode().splitlines() if line.startswith("Content-Length"))
            self.asked.append(head + await reader.readexactly(int(length.split(":")[1])))
            for piece in self.says:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            if self.ends:
                writer.close()
                return


@asynccontextmanager
async def calls(server: Server) -> AsyncIterator[Wire]:
    ended = asyncio.IncompleteReadError

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await server.serve(reader, writer)
        except (ended, ConnectionError, asyncio.CancelledError):
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening, wire_to(server.url) as wire:
        yield wire


async def test_one_connection_serves_call_after_call() -> None:
    server = Server()
    async with calls(server) as wire:
        for said in ("你好", "hello"):
            assert await wire.post("/ask", {"said": said}) == {"a": 1}
    assert server.connections == 1
    assert [json.loads(asked.partition(b"\r\n\r\n")[2]) for asked in server.asked] == [
        {"said": "你好"},
        {"said": "hello"},
    ]
    assert server.asked[0].startswith(b"POST /ask HTTP/1.1\r\n")


async def test_calls_side_by_side_have_connections_of_their_own() -> None:
    server = Server()
    async with calls(server) as wire:
        await asyncio.gather(*(wire.post("/ask", number) for number in range(5)))
    assert server.connections == 5


@pytest.mark.parametrize(
    "says",
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n", b"2\r\n2]\r\n0\r\n\r\n"),
        (b"HTTP/1.1 200", b" OK\r\nContent-", b"Length: 5\r\n\r\n[1", b",2]"),
    ],
)
async def test_an_answer_may_come_in_pieces(says: tuple[bytes, ...]) -> None:
    async with calls(Server(says)) as wire:
        assert await wire.post("/ask", 0) == [1, 2]


@pytest.mark.parametrize("server", [Server(ends=True), Server((answer(b"[]", "200 OK", "Connection: close"),))])
async def test_a_connection_that_ended_is_not_used_again(server: Server) -> None:
    async with calls(server) as wire:
        for _ in range(2):
            await wire.post("/ask", 0)
            await asyncio.sleep(0.05)
    assert server.connections == 2


async def test_a_connection_that_was_idle_for_long_is_not_used_again() -> None:
    server = Server()
    async with calls(server) as wire:
        wire.kept = 0.0
        await wire.post("/ask", 0)
        await wire.post("/ask", 0)
    assert server.connections == 2


@pytest.mark.parametrize(
    "server",
    [
        Server((answer(b"{}", "500 Internal Server Error"),)),
        Server((answer(b"{}", "204 No Content"),)),
        Server((answer(b"nonsense"),)),
        Server((b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[1",), ends=True),
        Server((b"",), ends=True),
        Server((b"nonsense\r\n\r\n",)),
        Server((answer(b"[" + b" " * LARGEST_ANSWER + b"]"),)),
    ],
)
async def test_what_is_no_answer_is_an_error_and_the_next_call_goes_on(server: Server) -> None:
    async with calls(server) as wire:
        with pytest.raises(AssistantError):
            await wire.post("/ask", 0)
        server.says, server.ends = (answer(),), False
        assert await wire.post("/ask", 0) == {"a": 1}


async def test_nobody_there_is_an_error() -> None:
    async with wire_to(f"http://127.0.0.1:{unused_port()}") as wire:
        with pytest.raises(AssistantError, match="ConnectionRefusedError"):
            await wire.post("/ask", 0)


async def test_patience_has_an_end() -> None:
    async with calls(Server((b"",))) as wire:
        wire.seconds = 0.05
        with pytest.raises(AssistantError, match="TimeoutError"):
            await wire.post("/ask", 0)
