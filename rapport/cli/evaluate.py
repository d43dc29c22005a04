"""`rapport evaluate`: how good a model is on any file, one command per task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

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
