"""Labelled utterances in a CSV file, `text,intent[,entities]`, as `rapport evaluate intents` takes them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlu.annotations import Span
from nlu.errors import TrainingDataError
from nlu.folding import fold

_COLUMNS = ("text", "intent")
_ENTITIES = "entities"


@dataclass(frozen=True, slots=True)
class Labelled:
    """`named` is (kind, as written) of every entity; None where the file has no column for them."""

    text: str
    intent: str
    named: tuple[tuple[str, str], ...] | None = None

    def spans(self) -> tuple[Span, ...]:
        """Where the named things stand in the text, each at its first free place; what stands nowhere is left out."""
        found: list[Span] = []
        for kind, written in self.named or ():
            start = _place(self.text, written, found)
            if start is not None:
                found.append(Span(kind, start, start + len(written)))
        return tuple(found)


def read_labelled(file: Path) -> list[Labelled]:
    """Every row. Raises TrainingDataError with file and line for what is missing or malformed."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            return list(_rows(csv.DictReader(opened), file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingDataError(f"{file}: cannot be read as CSV in UTF-8 ({error})") from error


def _rows(reader: csv.DictReader[str], file: Path) -> Iterator[Labelled]:
    missing = [column for column in _COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise TrainingDataError(f"{file}:1: no column {missing[0]!r}; the header is text,intent[,entities]")
    none = True
    for row in reader:
        none = False
        if not (row["intent"] or "").strip():
            raise TrainingDataError(f"{file}:{reader.line_num}: no intent for {(row['text'] or '')[:40]!r}")
        yield Labelled(row["text"] or "", row["intent"].strip(), _named(row, f"{file}:{reader.line_num}"))
    if none:
        raise TrainingDataError(f"{file}: no rows below the header")


def _named(row: Mapping[str, str | None], place: str) -> tuple[tuple[str, str], ...] | None:
    if _ENTITIES not in row:
        return None
    written = (row[_ENTITIES] or "").strip()
    try:
        entities = json.loads(written) if written else {}
    except ValueError as error:
        raise TrainingDataError(f"{place}: entities are no JSON object ({error})") from error
    if not isinstance(entities, dict):
        raise TrainingDataError(f"{place}: entities are a JSON object of name and value, not {written[:40]!r}")
    return tuple((kind, str(value)) for kind, values in entities.items() for value in _listed(values))


def _listed(values: Any) -> Sequence[Any]:
    return values if isinstance(values, list) else [values]


def _place(text: str, written: str, taken: Sequence[Span]) -> int | None:
    folded, wanted = fold(text).text, fold(written).text
    if not wanted:
        return None
    if len(folded) != len(text):
        folded, wanted = text, written
    start = folded.find(wanted)
    while start >= 0 and any(start < span.end and span.start < start + len(wanted) for span in taken):
        start = folded.find(wanted, start + 1)
    return start if start >= 0 else None
