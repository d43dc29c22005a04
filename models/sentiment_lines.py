"""The lines the sentiment is learned from and tried on: written for this project, one by one, in both languages.

FOLDER/LANGUAGE.txt           what is learned
FOLDER/held_out/LANGUAGE.txt  what nobody learns from
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "sentiment"
LANGUAGES = ("zh", "en")
# A line begins with its label: dissatisfied, neither (a question, a request), content.
NEITHER = 0.5
LABELS = {"-": 0.0, "=": NEITHER, "+": 1.0}


@dataclass(frozen=True, slots=True)
class SentimentLine:
    """`label` is 0, 0.5 or 1."""

    text: str
    label: float
    language: str


def sentiment_lines(*, held_out: bool = False) -> list[SentimentLine]:
    """All lines to learn from, or those held out."""
    folder = FOLDER / "held_out" if held_out else FOLDER
    return [line for language in LANGUAGES for line in _lines(folder / f"{language}.txt", language)]


def _lines(path: Path, language: str) -> Iterator[SentimentLine]:
    for written in path.read_text(encoding="utf-8").splitlines():
        if written and not written.startswith("#"):
            sign, _, text = written.partition(" ")
            yield SentimentLine(text, LABELS[sign], language)
