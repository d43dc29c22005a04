"""`rapport train` and `rapport score`: the models learn from the database, and say what they think of everybody."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from models.card import Card
from models.registry import MODELS
from rapport.cli.assistant import AssistantError, train_assistant
from rapport.cli.output import FINDING, AsJson, console, print_json, refuse
from rapport.clock import utc_now
from rapport.learning.errors import LearningError
from rapport.marketing.scoring import Scorer
from rapport.settings import Settings
from rapport.store.database import Database
from rapport.store.schema import migrate

if TYPE_CHECKING:
    from rapport.learning.scoring_run import ScoringRun

ASSISTANT, ALL = "assistant", "all"
MODEL_NAMES = tuple(model.name for model in MODELS)


def train(
    name: Annotated[str, typer.Argument(help=f"{ASSISTANT}, {', '.join(MODEL_NAMES)}, or {ALL}.")] = ALL,
    without_assistant: Annotated[
        bool, typer.Option("--without-assistant", help="With `all`: leave the chat assistant as it is.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Train a model from the database, with its card and its plots, into VAR_DIR/models.

    What serves now goes on serving until the new one is complete. Exit code 1: a model could not be trained.
    """
    if name not in (ASSISTANT, ALL, *MODEL_NAMES):
        refuse(f"There is no model called {name!r}; there are {ASSISTANT}, {', '.join(MODEL_NAMES)}, and {ALL}.")
    with_assistant = name == ASSISTANT or (name == ALL and not without_assistant)
    names = () if name == ASSISTANT else MODEL_NAMES if name == ALL else (name,)
    cards, failures = asyncio.run(_train(Settings(), names, with_assistant=with_assistant))
    if as_json:
        print_json([json.loads(card.as_json()) for card in cards])
    for card in cards:
        console.print(_table(card))
    for failure in failures:
        console.print(failure, style="red", markup=False, highlight=False)
    raise typer.Exit(FINDING if failures else 0)


def score(
    everybody: Annotated[bool, typer.Option("--all", help="Score everybody; there is nothing else to choose yet.")],
    as_json: AsJson = False,
) -> None:
    """Score and segment every customer by the models that serve; a run that was cut short may be run again."""
    if not everybody:
        refuse("Say --all to score everybody.")
    run = asyncio.run(_score(Settings()))
    if as_json:
        print_json(asdict(run))
    counts = ", ".join(f"{count:,} {name}" for name, count in sorted(run.segments.items(), key=lambda each: -each[1]))
    console.print(f"{run.customers:,} customers scored, {run.moved:,} changed their segment: {counts or 'no model'}.")


async def _train(settings: Settings, names: tuple[str, ...], *, with_assistant: bool) -> tuple[list[Card], list[str]]:
    """The cards of what was trained, and a sentence on each that could not be: one lack does not stop the others."""
    cards: list[Card] = []
    failures: list[str] = []
    database = Database(settings.database_url)
    with _bars() as bars:
        try:
            await migrate(database)
            for name in names:
                try:
                    cards.append(await _train_one(database, settings, name, bars))
                except LearningError as error:
                    failures.append(f"{name}: {error}")
            if with_assistant:
                await _train_assistant(settings, bars)
        except AssistantError as error:
            failures.append(f"{ASSISTANT}: {error}")
        finally:
            await database.close()
    return cards, failures


async def _train_one(database: Database, settings: Settings, name: str, bars: Progress) -> Card:
    from rapport.learning.training import train as train_model  # scikit-learn: no other command shall wait for it

    task = bars.add_task(name, total=1, doing="")
    card = await train_model(
        database,
        name,
        models_dir=settings.var_dir / "models",
        key=settings.key(),
        now=utc_now(),
        progress=lambda doing: bars.update(task, doing=doing),
    )
    bars.update(task, doing="done", completed=1)
    return card


async def _train_assistant(settings: Settings, bars: Progress) -> None:
    task = bars.add_task(ASSISTANT, total=1, doing="learning to understand")
    trained = await train_assistant(settings.var_dir)
    bars.update(task, doing="done" if trained else "nothing has changed", completed=1)


async def _score(settings: Settings) -> ScoringRun:
    from rapport.learning.scoring_run import score_all  # pandas: no other command shall wait for it

    database = Database(settings.database_url)
    scorer = Scorer.load(settings.var_dir / "models", key=settings.key())
    try:
        await migrate(database)
        with _bars() as bars:
            task = bars.add_task("scoring", total=1, doing="")
            run = await score_all(
                database, scorer, now=utc_now(), progress=lambda doing: bars.update(task, doing=doing)
            )
            bars.update(task, completed=1)
            return run
    finally:
        await database.close()


def _bars() -> Progress:
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[doing]}"),
    )
    return Progress(*columns, console=console)


def _table(card: Card) -> Table:
    columns = list(dict.fromkeys(measure for figures in card.metrics.values() for measure in figures))
    table = Table(title=f"{card.name} {card.version}", title_justify="left", box=None, pad_edge=False)
    for title in ("", *columns):
        table.add_column(title, justify="left" if not title else "right")
    for contender, figures in card.metrics.items():
        table.add_row(contender, *(f"{figures[column]:.3f}" for column in columns))
    return table
