"""`python -m demo.simulator`: fills a database with the demo shop and eighteen months of its past, once.

The same seed, number of customers and end give the same past. A second run with the same parameters changes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Column, Integer, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from demo.catalogue import Catalogue, load_catalogue
from demo.history import Plan, make_history
from demo.loading import load
from demo.pictures import write_pictures
from demo.support import add_support
from demo.traits import metadata
from rapport.clock import utc_now
from rapport.settings import Settings
from rapport.store.base import UtcDateTime
from rapport.store.database import Database
from rapport.store.schema import migrate

runs = Table(
    "demo_runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seed", Integer, nullable=False),
    Column("customers", Integer, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("loaded_at", UtcDateTime, nullable=False),
)


class SimulationError(Exception):
    """The root of what the simulator refuses."""


class OtherRunError(SimulationError):
    """This database holds a simulated past made with other parameters; give an empty one, or delete that file."""


async def simulate(
    database: Database, catalogue: Catalogue, plan: Plan, *, now: datetime, console: Console, any_end: bool = False
) -> dict[str, int]:
    """Loads the past of `plan`; the rows written, by table: none if that past is there already.

    `any_end`: a past of the same seed and size will do, whenever it ends. Raises OtherRunError.
    """
    await migrate(database)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    async with database.session() as session:
        if await _loaded(session, plan, any_end=any_end):
            return {}
        with _bars(console) as bars:
            counts = await load(session, make_history(plan, catalogue), progress=_Told(bars))
        await add_support(session, until=plan.until)
        values = {"seed": plan.seed, "customers": plan.customers, "until": plan.until, "loaded_at": now}
        await session.execute(insert(runs).values(**values))
        return counts


def write_files(catalogue: Catalogue, folder: Path) -> None:
    """Writes `catalogue.json` (swapped in whole: the assistant may be reading it) and `pictures/SKU.svg`."""
    write_pictures(catalogue, folder / "pictures")
    draft = folder / f".catalogue.{secrets.token_hex(4)}"
    draft.write_text(catalogue.as_json(), encoding="utf-8")
    draft.replace(folder / "catalogue.json")


async def _loaded(session: AsyncSession, plan: Plan, *, any_end: bool) -> bool:
    run = (await session.execute(select(runs.c.seed, runs.c.customers, runs.c.until).limit(1))).one_or_none()
    if run is None:
        return False
    if (run.seed, run.customers) == (plan.seed, plan.customers) and (any_end or run.until == plan.until):
        return True
    raise OtherRunError(
        f"{OtherRunError.__doc__} (It holds seed {run.seed}, {run.customers} customers, until {run.until:%F %R}.)"
    )


class _Told:
    """Shows the loader's progress, a bar per table."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, object] = {}

    def __call__(self, table: str, done: int, total: int) -> None:
        if table not in self._tasks:
            self._tasks[table] = self._bars.add_task(table, total=total)
        self._bars.update(self._tasks[table], completed=done)  # type: ignore[arg-type]


def _bars(console: Console) -> Progress:
    columns = (TextColumn("{task.description:<20}"), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def main(arguments: list[str] | None = None) -> int:
    """0 when the past is there, 1 when the database holds another, 2 for wrong usage."""
    settings, now = Settings(), utc_now()
    wanted = _parser(settings).parse_args(arguments)
    until = (wanted.until or now).replace(microsecond=0)
    console = Console()
    try:
        counts = asyncio.run(_run(wanted, settings, until=until, now=now, console=console))
    except SimulationError as error:
        print(error, file=sys.stderr)
        return 1
    for table, count in counts.items():
        console.print(f"{table:<20} {count:>9,}")
    if not counts:
        console.print("The demo shop is there already; nothing to do.")
    return 0


async def _run(
    wanted: argparse.Namespace, settings: Settings, *, until: datetime, now: datetime, console: Console
) -> dict[str, int]:
    catalogue = load_catalogue()
    database = Database(wanted.database_url)
    plan = Plan(seed=wanted.seed, customers=wanted.customers, until=until)
    try:
        counts = await simulate(database, catalogue, plan, now=now, console=console, any_end=wanted.until is None)
    finally:
        await database.close()
    write_files(catalogue, settings.var_dir)
    return counts


def _parser(settings: Settings) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.simulator", description=__doc__)
    parser.add_argument("--database-url", default=settings.database_url)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--customers", type=_at_least_two, default=5000)
    parser.add_argument("--until", type=_moment, help="the end of the past, ISO 8601; now if left out")
    return parser


def _at_least_two(text: str) -> int:
    count = int(text)
    if count < 2:
        raise argparse.ArgumentTypeError("needs 2 or more: the two customers the demo's page knows are always there")
    return count


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a moment; write 2026-03-01T10:00:00+00:00") from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


if __name__ == "__main__":
    sys.exit(main())
