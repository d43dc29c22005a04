from __future__ import annotations

import asyncio

from bench.wire import Wire


async def test_a_connection_that_the_server_closed_is_opened_anew() -> None:
    opened: list[bool] = []

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(True)
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer_once, "127.0.0.1", 0) as server:
        wire = await Wire.open(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        for _ in range(3):
            assert await wire.post("/said", {}, {}) == []
            await asyncio.sleep(0.05)
        wire.close()
    assert len(opened) == 3
