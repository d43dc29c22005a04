"""A customer and an agent in one conversation, through the web process: how soon each sees the other, and what
thousands of open chats weigh."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import secrets
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.row import Row
from bench.wire import Wire
from rapport.cli.demo_shop import copy_of_shop, demo_settings, prepare_shop
from rapport.cli.output import console
from rapport.cli.programs import web_program
from rapport.cli.supervisor import supervised
from rapport.settings import Settings
from rapport.store.api_keys import add_api_key
from rapport.store.database import Database
from rapport.web.staff.cookies import hash_of

GOAL = "no peer: the goal"
LINES, CHATS, STREAMS = 200, 8, 5000
AT_ONCE = 50
# Open files of the server and of its clients, with some to spare.
FILES = 2 * STREAMS + 2000
SETTLED_SECONDS = 5.0


def run(settings: Settings) -> list[Row]:
    """Serves a copy of the demo shop without an assistant: a person answers here."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, max(FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> list[Row]:
    shop = demo_settings(settings)
    await prepare_shop(shop)
    # The clients of a benchmark all come from one address, which a shop's customers do not.
    async with copy_of_shop(shop.model_copy(update={"chat_messages_per_minute": 0})) as copy:
        key = await _key(copy)
        async with supervised(copy.var_dir / "logs", say=console.print) as supervisor:
            await supervisor.start(web_program(copy))
            to_customer, to_agent = await _both_ways(copy.public_url, key)
            megabytes = await _weight(copy.public_url, copy.port)
    return list(_rows(to_customer, to_agent, megabytes))


async def _key(settings: Settings) -> str:
    database, key = Database(settings.database_url), secrets.token_urlsafe(32)
    async with database.session() as session:
        await add_api_key(session, "bench", scope="api", key_hash=hash_of(key), now=datetime.now(UTC))
    await database.close()
    return key


async def _both_ways(url: str, key: str) -> tuple[list[float], list[float]]:
    """Seconds from sending to seeing, of an agent's lines and of a customer's, in conversations that take turns."""
    staff = {"Authorization": f"Bearer {key}"}
    desk = (await Wire.open(url)).events("/api/stream", staff)
    chats = [await _taken_over(url, staff) for _ in range(CHATS)]
    to_customer, to_agent = [], []
    for number in range(LINES):
        chat = chats[number % CHATS]
        to_customer.append(await chat.to_customer(number))
        to_agent.append(await chat.to_agent(number, desk))
    return to_customer, to_agent


class _Chat:
    """One conversation: who is in it posts on a line of her own and reads on another."""

    def __init__(self, name: str, wires: tuple[Wire, Wire], customer: dict[str, str], staff: dict[str, str]) -> None:
        self.name, self.wires, self.customer, self.staff = name, wires, customer, staff
        self.stream: AsyncIterator[Any] | None = None

    async def to_customer(self, number: int) -> float:
        self.stream = self.stream or await _listening(self.wires[0].host, self.customer)
        began, line = time.perf_counter(), {"client_id": secrets.token_hex(8), "text": f"line {number}", "version": 2}
        await self.wires[0].post(f"/api/conversations/{self.name}/messages", line, self.staff)
        while (await anext(self.stream)).get("text") != line["text"]:
            continue
        return time.perf_counter() - began

    async def to_agent(self, number: int, desk: AsyncIterator[Any]) -> float:
        began, body = time.perf_counter(), {"client_id": secrets.token_hex(8), "text": f"word {number}"}
        seq = (await self.wires[1].post("/chat/messages", body, self.customer))["seq"]
        while not any(
            one["id"] == self.name and one["last_seq"] >= seq for one in (await anext(desk)).get("changed", ())
        ):
            continue
        return time.perf_counter() - began


async def _listening(host: str, customer: dict[str, str]) -> AsyncIterator[Any]:
    return (await Wire.open(f"http://{host}")).events("/chat/stream", customer)


async def _taken_over(url: str, staff: dict[str, str]) -> _Chat:
    wires = await Wire.open(url), await Wire.open(url)
    opened = await wires[0].post("/chat/sessions", {"locale": "en"}, {})
    name, customer = opened["conversation_id"], {"Authorization": f"Bearer {opened['token']}"}
    await wires[0].post(f"/api/conversations/{name}/take-over", {"version": 1}, staff)
    return _Chat(name, wires, customer, staff)


async def _weight(url: str, port: int) -> float:
    """Megabytes that idle streams add to the web process, each of a conversation of its own."""
    process = _process_at(port)
    before, streams = _resident(process), []
    for start in range(0, STREAMS, AT_ONCE):
        streams += await asyncio.gather(*(_idle(url) for _ in range(min(AT_ONCE, STREAMS - start))))
    await asyncio.sleep(SETTLED_SECONDS)
    added = _resident(process) - before
    for wire in streams:
        wire.close()
    return added


async def _idle(url: str) -> Wire:
    wire = await Wire.open(url)
    token = (await wire.post("/chat/sessions", {"locale": "en"}, {}))["token"]
    # Its first event, who responds, says that the stream is there.
    await anext(wire.events("/chat/stream", {"Authorization": f"Bearer {token}"}))
    return wire


def _process_at(port: int) -> int:
    """The process that serves the web at this port."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
        except OSError:
            continue
        # The leash that our processes hang on is called with the same words.
        served = b"serve\0web" in command and b"leash.py" not in command
        if served and f"RAPPORT_PORT={port}\0".encode() in environment + b"\0":
            return int(folder.name)
    raise RuntimeError(f"no process of ours serves port {port}")


def _resident(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024


def _rows(to_customer: list[float], to_agent: list[float], megabytes: float) -> Iterator[Row]:
    work = f"{LINES} lines each way in {CHATS} conversations, SQLite with synchronous=FULL; {os.cpu_count()} cores"
    for name, seconds in (("agent sends → customer sees", to_customer), ("customer sends → agent sees", to_agent)):
        p50, p95 = statistics.median(seconds) * 1e3, statistics.quantiles(seconds, n=20)[-1] * 1e3
        yield Row(f"{name}, p50", "ms", p50, 150.0, GOAL, "", work, more_is_better=False)
        yield Row(f"{name}, p95", "ms", p95, 150.0, GOAL, "", work, more_is_better=False)
    idle = f"{STREAMS:,} conversations, a stream open in each, nothing said"
    yield Row("idle chat streams add", "MB", megabytes, 200.0, GOAL, "", idle, more_is_better=False)
