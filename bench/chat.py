"""The chat turn through every layer of ours, beside Rasa's default pipeline over its own REST channel.

Both sides run the same bot (intents, dialogue rules, training lines) and call the same action server, which scores
and recommends on the same SQLite shop. Ours goes through the gateway, is stored durably and read from the event
stream; the peer keeps its tracker in memory, as it comes. A turn is one request for a recommendation.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx

from bench.row import Row
from rapport.cli.assistant import ROOT, archive, assistant_program, fingerprint, rasa, train_assistant
from rapport.cli.demo_shop import copy_of_shop, demo_settings, prepare_shop
from rapport.cli.output import console
from rapport.cli.programs import actions_program, web_program
from rapport.cli.supervisor import supervised
from rapport.settings import Settings

PEER = ROOT / "bench" / "default_pipeline"
PEER_NAME = "Rasa 3.6.21's default pipeline, REST channel"
VERSIONS = f"rasa 3.6.21, rasa-sdk {version('rasa-sdk')}"
WORK = (
    "one request for a recommendation, answered by the same action server from the same SQLite shop; "
    "ours through gateway, durable store and event stream, the peer's tracker in memory"
)
QUESTION = "Can you recommend me something?"
TURNS = (5, 60, 200)
MANY = 16
PER_SECOND = 10
SECONDS = 20
LIMITS = httpx.Limits(max_connections=100)

Turn = Callable[[], Coroutine[None, None, float]]
Open = Callable[[], Awaitable[Turn]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds: the median of single turns by their number; turns per second of many at once by their number."""

    alone: dict[int, float]
    many: dict[int, float]
    p95_at_pace: float


async def measure(open_conversation: Open) -> Figures:
    """Plays one long conversation, then many side by side, then arrivals at a steady pace."""
    turn = await open_conversation()
    alone = await _play(turn, TURNS)
    many = await _side_by_side(open_conversation)
    return Figures(alone, many, await _at_pace(open_conversation))


async def _play(turn: Turn, numbers: Sequence[int]) -> dict[int, float]:
    taken = [await turn() for _ in range(max(numbers))]
    # Five turns around the number: one alone is at the mercy of the machine.
    return {number: statistics.median(taken[max(number - 3, 0) : number + 2]) for number in numbers}


async def _side_by_side(open_conversation: Open) -> dict[int, float]:
    turns = [await open_conversation() for _ in range(MANY)]
    rates: dict[int, float] = {}
    done = 0
    for number in TURNS[:2]:
        await _rounds(turns, number - 3 - done)
        began = time.perf_counter()
        await _rounds(turns, 5)
        rates[number] = 5 * MANY / (time.perf_counter() - began)
        done = number + 2
    return rates


async def _rounds(turns: Sequence[Turn], count: int) -> None:
    async def play(turn: Turn) -> None:
        for _ in range(count):
            await turn()

    await asyncio.gather(*map(play, turns))


async def _at_pace(open_conversation: Open) -> float:
    """The 95th percentile of turns that begin every tenth of a second, each client's one after another."""
    turns = [await open_conversation() for _ in range(MANY)]
    tasks: list[asyncio.Task[float]] = []
    for number in range(PER_SECOND * SECONDS):
        tasks.append(asyncio.create_task(turns[number % MANY]()))
        await asyncio.sleep(1 / PER_SECOND)
    return statistics.quantiles(await asyncio.gather(*tasks), n=20)[-1]


@asynccontextmanager
async def gateway(url: str) -> AsyncIterator[Open]:
    """Conversations through our gateway: posted, and read from the event stream."""
    client = httpx.AsyncClient(base_url=url, timeout=60, trust_env=False, limits=LIMITS)
    async with client, AsyncExitStack() as streams:

        async def open_conversation() -> Turn:
            session = (await client.post("/chat/sessions", json={"locale": "en"})).raise_for_status().json()
            headers = {"Authorization": f"Bearer {session['token']}"}
            stream = await streams.enter_async_context(client.stream("GET", "/chat/stream", headers=headers))
            answers = _assistant_messages(stream)

            async def turn() -> float:
                began = time.perf_counter()
                body = {"client_id": secrets.token_hex(8), "text": QUESTION}
                posted = (await client.post("/chat/messages", json=body, headers=headers)).raise_for_status().json()
                # What an earlier turn said last may still be on its way.
                while (await anext(answers))["seq"] < posted["seq"]:
                    continue
                return time.perf_counter() - began

            return turn

        yield open_conversation


async def _assistant_messages(stream: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in stream.aiter_lines():
        if line.startswith("data:") and (message := json.loads(line[5:])).get("author") == "assistant":
            yield message


@asynccontextmanager
async def rest_channel(url: str, gateway_url: str) -> AsyncIterator[Open]:
    """Conversations through Rasa's REST channel; the gateway only gives each the row that the action looks up."""
    async with httpx.AsyncClient(timeout=60, trust_env=False, limits=LIMITS) as client:

        async def open_conversation() -> Turn:
            session = await client.post(f"{gateway_url}/chat/sessions", json={"locale": "en"})
            sender = session.raise_for_status().json()["conversation_id"]

            async def turn() -> float:
                began = time.perf_counter()
                body = {"sender": sender, "message": QUESTION}
                answer = (await client.post(f"{url}/webhooks/rest/webhook", json=body)).raise_for_status().json()
                if not answer:
                    raise RuntimeError("the peer gave no answer: its action server is not reached")
                return time.perf_counter() - began

            return turn

        yield open_conversation


def run(settings: Settings) -> list[Row]:
    """Trains the peer where it is not yet (about five minutes), serves the demo shop, measures both."""
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> list[Row]:
    shop = demo_settings(settings)
    await asyncio.gather(train_assistant(settings.var_dir), prepare_shop(shop))
    peer_archive = await _trained_peer(settings.var_dir)
    # The clients of a benchmark all come from one address, which a shop's customers do not.
    unlimited = shop.model_copy(update={"chat_messages_per_minute": 0})
    async with copy_of_shop(unlimited) as copy, supervised(copy.var_dir / "logs", say=console.print) as supervisor:
        await asyncio.gather(*(supervisor.start(program) for program in (actions_program(copy), web_program(copy))))
        await supervisor.start(assistant_program(copy, model=archive(settings.var_dir)))
        async with gateway(copy.public_url) as open_conversation:
            ours = await measure(open_conversation)
        await supervisor.stop("assistant")
        await supervisor.start(assistant_program(copy, model=peer_archive, endpoints=PEER / "endpoints.yml"))
        async with rest_channel(copy.assistant_url, copy.public_url) as open_conversation:
            peer = await measure(open_conversation)
    return list(_rows(ours, peer))


async def _trained_peer(var_dir: Path) -> Path:
    folder = var_dir / "bench" / fingerprint()[:16]
    trained = folder / "default.tar.gz"
    if not trained.exists():
        console.print("training Rasa's default pipeline, once: about five minutes", style="dim")
        files = ("--config", str(PEER / "config.yml"), "--data", "data/nlu", "data/rules", "--domain", "domain")
        await rasa("train", *files, "--out", str(ROOT / folder), "--fixed-model-name", "default")
    return trained


def _rows(ours: Figures, peer: Figures) -> Iterator[Row]:
    def row(name: str, unit: str, ours: float, peer: float, more_is_better: bool = False) -> Row:
        return Row(name, unit, ours, peer, PEER_NAME, VERSIONS, WORK, more_is_better)

    for number in TURNS:
        yield row(f"chat turn {number}, 1 client, p50", "ms", ours.alone[number] * 1e3, peer.alone[number] * 1e3)
    for number in TURNS[:2]:
        yield row(f"chat turn {number}, {MANY} clients", "turns/s", ours.many[number], peer.many[number], True)
    yield row(f"chat at {PER_SECOND} turns/s, p95", "ms", ours.p95_at_pace * 1e3, peer.p95_at_pace * 1e3)
    ours_grows, peer_grows = (figures.alone[TURNS[2]] / figures.alone[TURNS[0]] for figures in (ours, peer))
    yield row(f"chat turn {TURNS[2]} ÷ turn {TURNS[0]}, 1 client", "×", ours_grows, peer_grows)
