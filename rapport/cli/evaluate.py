"""`rapport evaluate`: how good a model is on any file, one command per task."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from rapport.cli.assistant import AssistantError, archive, measure_understanding, train_assistant
from rapport.cli.output import AsJson, console, print_json, refuse
from rapport.intake.errors import FileError
from rapport.settings import Settings

if TYPE_CHECKING:
    from models.sentiment import Sentiment
    from rapport.intake.labelled import LabelledText

app = typer.Typer(help="Measure a model on a file of your own.", no_args_is_help=True)

Test = Annotated[Path, typer.Option("--test", help="The file to measure on.", show_default=False)]
Train = Annotated[
    Path | None,
    typer.Option("--train", help="Learn from this file first; else the model that serves answers."),
]


@app.callback()
def evaluate() -> None:
    """Measure a model on a file of your own. Exit code 2: a file cannot be used; the message says where and why."""


@app.command()
def sentiment(test: Test, train: Train = None, as_json: AsJson = False) -> None:
    """How well the sentiment of texts is told. Files: CSV `text,label`, with 0 for dissatisfied and 1 for content.

    Without --train the model that serves answers, or, where none was trained yet, one learned from Rapport's lines.
    """
    from rapport.intake.labelled import labelled_texts

    try:
        learned_from = labelled_texts(train) if train else None
        asked = labelled_texts(test)
    except FileError as error:
        refuse(str(error))
    show("sentiment", _sentiment_figures(learned_from, asked), as_json=as_json)


@app.command()
def intents(test: Test, train: Train = None, as_json: AsJson = False) -> None:
    """How well utterances are understood. Files: CSV `text,intent[,entities]`, entities a JSON object name: value.

    Runs in the assistant's environment. Without --train the shipped assistant answers, trained first if it has to be.
    With it, the assistant's own components learn from that file alone. Below the one threshold learned beside them an
    utterance counts as out_of_scope, wherever either file knows that intent.
    """
    settings = Settings()
    try:
        with console.status("learning …" if train else "asking …"):
            figures = asyncio.run(_intent_figures(settings, test.resolve(), train.resolve() if train else None))
    except AssistantError as error:
        refuse(str(error))
    if not as_json:
        figures["weakest intents"] = _weakest(figures.pop("per_intent"))
    show("intents", figures, as_json=as_json)


async def _intent_figures(settings: Settings, test: Path, train: Path | None) -> dict[str, Any]:
    if train is None:
        await train_assistant(settings.var_dir)
    source = ("--train", str(train)) if train else ("--assistant", str(archive(settings.var_dir).resolve()))
    figures: dict[str, Any] = json.loads(await measure_understanding(settings, "--test", str(test), *source))
    return figures


def _weakest(per_intent: dict[str, dict[str, float]]) -> str:
    worst = sorted(per_intent.items(), key=lambda item: item[1]["f1"])[:5]
    return ", ".join(f"{name} {score['f1']:.2f}" for name, score in worst)


def show(task: str, figures: dict[str, Any], *, as_json: bool) -> None:
    """The figures of a task: JSON for scripts, a table for people."""
    if as_json:
        print_json(figures)
        return
    table = Table(title=task, title_justify="left", box=None, pad_edge=False, show_header=False)
    for name, figure in figures.items():
        table.add_row(name, f"{figure:.3f}" if isinstance(figure, float) else str(figure))
    console.print(table)


def _sentiment_figures(learned_from: list[LabelledText] | None, asked: list[LabelledText]) -> dict[str, float]:
    """Raises typer.Exit where the file given teaches too little."""
    from models.errors import UnusableFrameError  # scikit-learn: no other command shall wait for it
    from rapport.learning.sentiment import measure_sentiment, sentiment_from

    try:
        with console.status("learning …" if learned_from else "asking …"):
            model = sentiment_from(_pairs(learned_from)) if learned_from else _serving_sentiment()
            return measure_sentiment(model, _pairs(asked))
    except UnusableFrameError as error:
        refuse(f"The file to learn from cannot teach: {error}.")


def _serving_sentiment() -> Sentiment:
    from models.sentiment import Sentiment
    from rapport.learning.sentiment import own_pairs, sentiment_from
    from rapport.marketing.serving import Slot

    settings = Settings()
    shelf = settings.var_dir / "models"
    # Asked for first, because asking for the key would make one.
    serving = Slot(shelf, Sentiment, key=settings.key()).get() if (shelf / Sentiment.name).exists() else None
    return serving.model if serving else sentiment_from(own_pairs())


def _pairs(rows: list[LabelledText]) -> list[tuple[str, float]]:
    return [(row.text, float(row.label)) for row in rows]
