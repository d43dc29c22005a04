"""Telegram: a push to many while others chat, kept within the limits; and what our door and sender cost a message."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from bench.row import Row
from bench.telegram_shop import queue_push, shop_with_bot
from bench.wire import Wire
from demo.bot_api import BotApi, Limits, Person, serving
from demo.bot_api.bot import Call
from demo.bot_api.limits import busiest, closest
from rapport.cli.output import console
from rapport.cli.programs import python_program, web_program, worker_program
from rapport.cli.supervisor import Program, Supervisor, supervised
from rapport.settings import Settings

PUSH, CHATS, MESSAGES = 10_000, 20, 400
# A chat's next word comes so long after its last answer.
THINKS = 2.0
FIRST_PUSHED = 100_001
SHOWN = ("sendMessage", "sendPhoto", "sendDocument")
GOAL = "no peer: the goal"
LIMIT = "no peer: Telegram's limit"
PEER = "bare python-telegram-bot echo bot"
VERSIONS = f"python-telegram-bot {version('python-telegram-bot')}"
# Of whom each says something anew when she has had her second of silence.
WRITERS, BLOCK = 60, 50
NO_LIMITS = Limits(per_second=0, chat_seconds=0, group_minute=0)
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Pushed:
    """What the server's own log says of a push: its messages, the answers' seconds, and who was refused."""

    log: list[Call]
    pushes: list[Call]
    replies: list[float]
    refused: int

    @property
    def per_second(self) -> float:
        return len(self.pushes) / self._seconds

    @property
    def all_per_second(self) -> float:
        """Pushes and answers, from the first push to the last: what the limit of 30 is about."""
        first, last = self.pushes[0].at, self.pushes[-1].at
        return sum(first <= call.at <= last for call in self.log) / self._seconds

    @property
    def _seconds(self) -> float:
        return self.pushes[-1].at - self.pushes[0].at

    @property
    def nearest(self) -> float:
        """Seconds between the two nearest messages to one chat."""
        chats: dict[int, list[float]] = {}
        for call in self.log:
            chats.setdefault(call.chat, []).append(call.at)
        return min(map(closest, chats.values()))


def run(settings: Settings, *, push: int = PUSH, messages: int = MESSAGES) -> list[Row]:
    """Both halves, one after the other."""
    pushed = asyncio.run(push_while_chatting(push))
    ours, widget, peer = asyncio.run(side_by_side(messages))
    return [*_rows_of_push(pushed, push), *_rows_of_cost(ours, widget, peer, messages)]


async def push_while_chatting(size: int) -> Pushed:
    """The worker pushes, the web process answers, and the server counts."""
    async with serving(BotApi()) as api, shop_with_bot(api) as shop:
        people = [api.person(f"Mei {n}", number=FIRST_PUSHED + n) for n in range(size)]
        for one in people:
            one.chat.started = True
        await queue_push(shop, people)
        async with supervised(shop.var_dir / "logs", say=console.print) as supervisor:
            await supervisor.start(web_program(shop))
            chats = [api.person(f"An {n}") for n in range(CHATS)]
            await asyncio.gather(*(_ask(api, one, "hello") for one in chats))
            api.calls.clear()
            over = asyncio.Event()
            talks = [asyncio.create_task(_talk(api, one, over)) for one in chats]
            await supervisor.start(worker_program(shop))
            last = people[-1].id
            await api.until(lambda: len(_pushes(api, last)) == size, seconds=PATIENCE + size / 10)
            over.set()
            replies = [seconds for talk in talks for seconds in await talk]
    refused = sum(call.status == 429 for call in api.calls)
    return Pushed(api.calls_to(*SHOWN), _pushes(api, last), replies, refused)


def _pushes(api: BotApi, last: int) -> list[Call]:
    return [call for call in api.calls_to(*SHOWN) if FIRST_PUSHED <= call.chat <= last]


async def _talk(api: BotApi, person: Person, over: asyncio.Event) -> list[float]:
    taken: list[float] = []
    while not over.is_set():
        taken.append(await _ask(api, person, f"word {len(taken)}"))
        await asyncio.sleep(THINKS)
    return taken


async def _ask(api: BotApi, person: Person, text: str) -> float:
    """Seconds from the update's being there to the answer's arrival."""
    began = api.clock()
    answer = f"You said: {text}"
    person.write(text)
    await api.until(lambda: any(shown.text == answer for shown in person.heard[-3:]), seconds=PATIENCE)
    return next(call.at for call in reversed(api.calls) if call.chat == person.id and call.method in SHOWN) - began


@dataclass(slots=True)
class Side:
    """A bot in a process of its own: CPU milliseconds a message of each block, wall milliseconds of each message."""

    api: BotApi
    process: int
    writers: list[Person]
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    said: int = 0

    async def play(self, count: int) -> None:
        """One message after another, each by the next writer."""
        before = _cpu_seconds(self.process)
        for _ in range(count):
            self.said += 1
            writer = self.writers[self.said % len(self.writers)]
            self.wall.append(await _ask(self.api, writer, f"word {self.said}") * 1e3)
        self.cpu.append((_cpu_seconds(self.process) - before) * 1e3 / count)


@dataclass(slots=True)
class Widget:
    """The same process by another door: what a turn costs without Telegram."""

    process: int
    url: str
    heard: AsyncIterator[Any]
    headers: dict[str, str]
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    @classmethod
    async def open(cls, url: str, process: int) -> Self:
        session = await (await Wire.open(url)).post("/chat/sessions", {"locale": "en"}, {})
        headers = {"Authorization": f"Bearer {session['token']}"}
        return cls(process, url, (await Wire.open(url)).events("/chat/stream", headers), headers)

    async def play(self, count: int) -> None:
        # A line that was not used for a while is closed by the server.
        said, before = await Wire.open(self.url), _cpu_seconds(self.process)
        for _ in range(count):
            began = time.perf_counter()
            body = {"client_id": secrets.token_hex(8), "text": f"word {len(self.wall)}"}
            await said.post("/chat/messages", body, self.headers)
            while (await anext(self.heard)).get("text") != f"You said: {body['text']}":
                continue
            self.wall.append((time.perf_counter() - began) * 1e3)
        self.cpu.append((_cpu_seconds(self.process) - before) * 1e3 / count)


async def side_by_side(messages: int) -> tuple[Side, Widget, Side]:
    """Ours, the widget and the peer, block by block in turn, so that a busy moment of the machine meets all."""
    async with AsyncExitStack() as stack:
        mine, theirs = [await stack.enter_async_context(serving(BotApi(limits=NO_LIMITS))) for _ in range(2)]
        shop = await stack.enter_async_context(shop_with_bot(mine))
        supervisor = await stack.enter_async_context(supervised(shop.var_dir / "logs", say=console.print))
        peer = python_program("echo", "bench.telegram_echo", theirs.url, theirs.token)
        ours, bare = await _side(supervisor, mine, web_program(shop)), await _side(supervisor, theirs, peer)
        widget = await Widget.open(shop.public_url, ours.process)
        for _ in range(max(1, messages // BLOCK)):
            await ours.play(BLOCK)
            await widget.play(BLOCK)
            await bare.play(BLOCK)
    return ours, widget, bare


async def _side(supervisor: Supervisor, api: BotApi, program: Program) -> Side:
    await supervisor.start(program)
    writers = [api.person(f"An {n}") for n in range(WRITERS)]
    # An answer says that it has started.
    await _ask(api, writers[0], "hello")
    side = Side(api, _process_of(program), writers)
    await side.play(WRITERS)
    side.cpu.clear()
    side.wall.clear()
    return side


def _process_of(program: Program) -> int:
    """The process that this program runs in, not the leash it hangs on."""
    wanted = "\0".join(program.argv).encode() + b"\0"
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, parent = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
        except OSError:
            continue
        ours = all(f"{key}={value}".encode() in parent for key, value in program.env.items() if key == "RAPPORT_PORT")
        if command == wanted and ours:
            return int(folder.name)
    raise RuntimeError(f"{program.name} does not run")


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _rows_of_push(pushed: Pushed, size: int) -> Iterator[Row]:
    work = (
        f"{size:,} messages queued for as many customers, composed and recorded by the worker, while {CHATS} chats "
        "go on through the web process, an echo in the assistant's place; SQLite with synchronous=FULL; the limits "
        f"are read from the log of the Bot API server, which refuses what is beyond them; {os.cpu_count()} cores"
    )

    def row(name: str, unit: str, ours: float, goal: float, peer: str, *, more: bool = False) -> Row:
        return Row(name, unit, ours, goal, peer, VERSIONS, work, more)

    times = [call.at for call in pushed.log]
    yield row("messages by Telegram, pushes and answers", "messages/s", pushed.all_per_second, 25.0, GOAL, more=True)
    yield row("of them pushes", "messages/s", pushed.per_second, 25.0, GOAL, more=True)
    yield row("most messages in any second", "messages", busiest(times, 1.0), 30.0, LIMIT)
    yield row("nearest two messages to one chat", "s", pushed.nearest, 1.0, LIMIT, more=True)
    yield row("refused with 429", "messages", pushed.refused, 0.0, LIMIT)
    p95 = statistics.quantiles(pushed.replies, n=20)[-1]
    yield row(f"answers in {CHATS} chats meanwhile, p95", "ms", p95 * 1e3, 1000.0, GOAL)


def _rows_of_cost(ours: Side, widget: Widget, peer: Side, messages: int) -> Iterator[Row]:
    work = (
        f"{messages} messages of {WRITERS} people, one after another, by long polling. Ours: taken once, stored, "
        "answered by an echo in the assistant's place over HTTP, stored, told at Telegram's pace, all in SQLite with "
        "synchronous=FULL; the door and sender alone are what such a turn costs more than by the widget. The peer "
        "answers from memory and keeps nothing"
    )

    def row(name: str, of_ours: float, of_peer: float) -> Row:
        return Row(name, "ms", of_ours, of_peer, PEER, VERSIONS, work, more_is_better=False)

    for what, telegram, web, bare in (
        ("CPU", ours.cpu, widget.cpu, peer.cpu),
        ("time until the answer", ours.wall, widget.wall, peer.wall),
    ):
        whole, turn, least = map(statistics.median, (telegram, web, bare))
        yield row(f"Telegram, door and sender alone: {what}", whole - turn, least)
        yield row(f"Telegram, a whole turn: {what}", whole, least)


def main(arguments: Sequence[str] | None = None) -> int:
    """A trial of another size: `python -m bench.telegram --push 300 --messages 100`."""
    parser = argparse.ArgumentParser(prog="python -m bench.telegram", description=__doc__)
    parser.add_argument("--push", type=int, default=PUSH)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    wanted = parser.parse_args(arguments)
    began = time.perf_counter()
    for row in run(Settings(), push=wanted.push, messages=wanted.messages):
        print(f"{row.name}: {row.ours:,.2f} beside {row.peer:,.2f} {row.unit}")
    print(f"{time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
