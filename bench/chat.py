"""The chat turn through every layer of ours, beside Rasa's default pipeline over its own REST channel.

Both sides run the same bot and call the same action server, which reads a customer from the same SQLite shop, scores
what she may like and records what happened. Ours goes through the gateway and is read from the event stream; both
keep every turn in SQLite. Conversations of the two sides take turns, so that a busy moment of the machine meets both.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import cycle

from sqlalchemy import select

from bench.chat_sides import Open, Turn, doors
from bench.peer import LINES, NAME, peer_program, trained_peer
from bench.row import Row
from rapport.cli.assistant import archive, assistant_program, train_assistant
from rapport.cli.demo_shop import copy_of_shop, demo_settings, free_port, prepare_shop
from rapport.cli.output import console
from rapport.cli.programs import actions_program, web_program
from rapport.cli.supervisor import supervised
from rapport.settings import Settings
from rapport.store.customers import Identity
from rapport.store.database import Database
from rapport.store.orders import Order

VERSIONS = f"rasa 3.6.21, rasa-sdk {version('rasa-sdk')}"
WORK = (
    "one request of a known customer for a recommendation, answered by the same action server from the same SQLite "
    "shop. Ours: gateway, two commits with synchronous=FULL, event stream. The peer: `rasa init`'s configuration, "
    f"trained with rules, stories and {LINES} lines of each intent and language, drawn with a seed; its own SQL "
    "tracker store on SQLite as documented"
)
NEAR, FAR, FURTHEST = 5, 60, 200
AROUND = 2
CONVERSATIONS = 3
MANY = 16
PER_SECOND, SECONDS = 10, 20
# Each of whom says something every twenty seconds.
CROWD = 200
WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Side:
    """What was measured of one side, in seconds: turns of a client alone by their number, turns per second of many
    clients by their number, and turns that began at a steady pace, of few conversations and of a crowd of them."""

    open: Open
    alone: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    many: dict[int, float] = field(default_factory=dict)
    at_pace: list[float] = field(default_factory=list)
    crowd: list[float] = field(default_factory=list)

    def p50(self, number: int) -> float:
        return statistics.median(self.alone[number])


async def measure(sides: Sequence[Side]) -> None:
    """Conversations one at a time, then many side by side, then arrivals at a steady pace; both sides in turn."""
    for side in sides:
        await _rounds([await side.open()], WARM_UP)
    for last in (FAR, FAR, FURTHEST)[:CONVERSATIONS]:
        for side in sides:
            await _alone(side, last + AROUND)
    for side in sides:
        await _side_by_side(side)
    for side in sides:
        side.at_pace.extend(await _at_pace(side, MANY, SECONDS))
    for side in sides:
        side.crowd.extend(await _at_pace(side, CROWD, CROWD // PER_SECOND * 2))


async def _alone(side: Side, turns: int) -> None:
    turn = await side.open()
    taken = [await turn() for _ in range(turns)]
    # Five turns around the number: one alone is at the mercy of the machine.
    for number in (NEAR, FAR, FURTHEST):
        side.alone[number] += taken[number - 1 - AROUND : number + AROUND]


async def _side_by_side(side: Side) -> None:
    turns = [await side.open() for _ in range(MANY)]
    done = 0
    for number in (NEAR, FAR):
        await _rounds(turns, number - 1 - AROUND - done)
        began, rounds = time.perf_counter(), 2 * AROUND + 1
        await _rounds(turns, rounds)
        side.many[number] = rounds * MANY / (time.perf_counter() - began)
        done = number + AROUND


async def _rounds(turns: Sequence[Turn], count: int) -> None:
    async def play(turn: Turn) -> None:
        for _ in range(count):
            await turn()

    await asyncio.gather(*map(play, turns))


async def _at_pace(side: Side, conversations: int, seconds: int) -> list[float]:
    """A turn begins every tenth of a second, each client's one after another; her waiting for that counts too."""
    clients = [(await side.open(), asyncio.Lock()) for _ in range(conversations)]

    async def play(turn: Turn, one_at_a_time: asyncio.Lock) -> float:
        began = time.perf_counter()
        async with one_at_a_time:
            await turn()
        return time.perf_counter() - began

    tasks: list[asyncio.Task[float]] = []
    for number in range(PER_SECOND * seconds):
        tasks.append(asyncio.create_task(play(*clients[number % conversations])))
        await asyncio.sleep(1 / PER_SECOND)
    return await asyncio.gather(*tasks)


def run(settings: Settings) -> list[Row]:
    """Trains the peer where it is not yet, serves the demo shop with both assistants, measures both."""
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> list[Row]:
    shop = demo_settings(settings)
    await asyncio.gather(train_assistant(settings.var_dir), prepare_shop(shop))
    peer_archive = await trained_peer(settings.var_dir)
    # The clients of a benchmark all come from one address, which a shop's customers do not.
    unlimited = shop.model_copy(update={"chat_messages_per_minute": 0})
    async with copy_of_shop(unlimited) as copy, supervised(copy.var_dir / "logs", say=console.print) as supervisor:
        beside = copy.model_copy(update={"assistant_url": f"http://127.0.0.1:{free_port()}"})
        await asyncio.gather(*(supervisor.start(program) for program in (actions_program(copy), web_program(copy))))
        await supervisor.start(assistant_program(copy, model=archive(settings.var_dir)))
        await supervisor.start(peer_program(beside, model=peer_archive))
        with doors(beside, cycle(await _customers(copy))) as opened:
            ours, peer = Side(opened.gateway), Side(opened.rest_channel)
            await measure((ours, peer))
    return list(_rows(ours, peer))


async def _customers(settings: Settings) -> list[str]:
    """Those who have bought something, by the shop's own names for them."""
    database = Database(settings.database_url)
    bought = select(Order.customer_id)
    known = select(Identity.value).where(Identity.kind == "external_id", Identity.customer_id.in_(bought))
    async with database.reading() as session:
        customers = list(await session.scalars(known.order_by(Identity.id).limit(500)))
    await database.close()
    return customers


def _rows(ours: Side, peer: Side) -> Iterator[Row]:
    def row(name: str, unit: str, of_ours: float, of_peer: float, more_is_better: bool = False) -> Row:
        return Row(name, unit, of_ours, of_peer, NAME, VERSIONS, WORK, more_is_better)

    for number in (NEAR, FAR, FURTHEST):
        yield row(f"chat turn {number}, 1 client, p50", "ms", ours.p50(number) * 1e3, peer.p50(number) * 1e3)
    for number in (NEAR, FAR):
        yield row(f"chat turn {number}, {MANY} clients", "turns/s", ours.many[number], peer.many[number], True)
    of_ours, of_peer = (statistics.quantiles(side.at_pace, n=20)[-1] * 1e3 for side in (ours, peer))
    yield row(f"chat at {PER_SECOND} turns/s, p95", "ms", of_ours, of_peer)
    of_ours, of_peer = (statistics.quantiles(side.crowd, n=20)[-1] * 1e3 for side in (ours, peer))
    yield row(f"{CROWD} conversations at {PER_SECOND} turns/s, p95", "ms", of_ours, of_peer)
    of_ours, of_peer = (side.p50(FURTHEST) / side.p50(NEAR) for side in (ours, peer))
    yield row(f"chat turn {FURTHEST} ÷ turn {NEAR}, 1 client", "×", of_ours, of_peer)
