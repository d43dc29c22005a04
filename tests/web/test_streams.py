from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from rapport.settings import Settings
from rapport.web.chat import stream as chat_stream
from rapport.web.server import WebServer
from rapport.web.streams import PING, EventStream, Streams, event
from tests.chat.conftest import unused_port
from tests.web.conftest import Client

Events = Callable[[], AsyncGenerator[bytes]]


class Source:
    """Events that never end by themselves, and whether they were closed."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    async def events(self) -> AsyncGenerator[bytes]:
        try:
            yield event("first", 1, id="7")
            await asyncio.Event().wait()
        finally:
            self.closed.set()


@asynccontextmanager
async def served(settings: Settings, events: Events) -> AsyncIterator[tuple[WebServer, Streams, str]]:
    """A web server whose only route streams `events`."""
    app, port = FastAPI(), unused_port()
    app.state.streams = streams = Streams()
    app.add_api_route("/", lambda: EventStream(events(), streams), response_class=EventStream)
    server = WebServer(app, settings.model_copy(update={"port": port}))
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server, streams, f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


def test_an_event_says_its_number_where_it_has_one() -> None:
    assert event("typing", {"authors": ["小美"]}) == 'event: typing\r\ndata: {"authors":["小美"]}\r\n\r\n'.encode()
    assert event("message", "a\nb", id="3") == b'id: 3\r\nevent: message\r\ndata: "a\\nb"\r\n\r\n'


async def test_who_leaves_leaves_nothing_behind(settings: Settings) -> None:
    source = Source()
    async with served(settings, source.events) as (_, streams, url), httpx.AsyncClient(trust_env=False) as http:
        async with http.stream("GET", url) as answer:
            assert await anext(answer.aiter_bytes()) == event("first", 1, id="7")
            assert len(streams) == 1
        async with asyncio.timeout(9):
            await source.closed.wait()
            while len(streams):
                await asyncio.sleep(0.01)


async def test_streams_end_properly_when_the_server_stops(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source()
    async with served(settings, source.events) as (server, _, url), httpx.AsyncClient(trust_env=False) as http:
        async with http.stream("GET", url) as answer:
            chunks = answer.aiter_bytes()
            await anext(chunks)
            server.should_exit = True
            # A line that is cut would raise.
            assert [chunk async for chunk in chunks] == []
        await source.closed.wait()
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_stream_opened_while_the_process_stops_ends_at_once() -> None:
    source, streams, sent = Source(), Streams(), list[bool]()
    streams.end()

    async def receive() -> dict[str, str]:
        while False not in sent:
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        sent.append(bool(message.get("more_body", True)))

    await EventStream(source.events(), streams)({"type": "http"}, receive, send)  # type: ignore[arg-type]
    # The head, the first event, the end.
    assert sent == [True, True, False]


async def test_a_stream_that_breaks_ends_and_says_so(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    async def broken() -> AsyncGenerator[bytes]:
        yield event("first", 1)
        raise RuntimeError("broken on purpose")

    async with served(settings, broken) as (_, _, url), httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(url)).content == event("first", 1)
    assert "broken on purpose" in caplog.text


async def test_a_quiet_stream_is_heard_to_live(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_stream, "PING_SECONDS", 0.05)
    await client.begin()
    async with client.http.stream("GET", "/chat/stream", headers=client.headers) as answer:
        chunks = answer.aiter_bytes()
        await anext(chunks)
        assert await anext(chunks) == PING
    with contextlib.suppress(httpx.HTTPError):
        await chunks.aclose()  # type: ignore[attr-defined]
