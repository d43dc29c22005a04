"""Where checked rows wait, on disk, until the whole file is read: so orders are written whole, however rows lie."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from itertools import groupby
from typing import Any, NamedTuple

from rapport.intake.errors import Refusal

BATCH = 5_000
SCHEMA = """
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE TABLE rows (stage INTEGER, key TEXT, line INTEGER, body TEXT);
    CREATE TABLE refusals (line INTEGER, "column" TEXT, reason TEXT, detail TEXT, "right" TEXT, expected INTEGER);
"""


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Staged(NamedTuple):
    """A checked row: rows of one `stage` and `key` belong together; `body` is made of JSON's types."""

    stage: int
    key: str
    body: list[Any]


class Group(NamedTuple):
    """The rows of one key, in the order of the file."""

    stage: int
    key: str
    lines: list[int]
    bodies: list[list[Any]]


class Staging:
    """A private file that SQLite unlinks as soon as it is open: not even a kill leaves anybody's data behind."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(SCHEMA + "BEGIN;")
        self._waiting: list[tuple[int, str, int, str]] = []

    def add(self, line: int, staged: Staged) -> None:
        self._waiting.append((staged.stage, staged.key, line, _ENCODE(staged.body)))
        if len(self._waiting) >= BATCH:
            self._flush()

    def refuse(self, refusal: Refusal) -> None:
        self._database.execute("INSERT INTO refusals VALUES (?, ?, ?, ?, ?, ?)", astuple(refusal))

    def groups(self) -> Iterator[Group]:
        """Everything that was added, by stage and key."""
        self._flush()
        self._database.execute("CREATE INDEX by_key ON rows (stage, key, line)")
        rows = self._database.execute("SELECT stage, key, line, body FROM rows ORDER BY stage, key, line")
        for (stage, key), members in groupby(rows, key=lambda row: (row[0], row[1])):
            found = list(members)
            bodies = json.loads(f"[{','.join(row[3] for row in found)}]")
            yield Group(stage, key, [row[2] for row in found], bodies)

    def refusals(self) -> Iterator[Refusal]:
        """Every refusal, by line."""
        rows = self._database.execute("SELECT * FROM refusals ORDER BY line, rowid")
        return (
            Refusal(line, column, reason, detail, right, bool(expected))
            for line, column, reason, detail, right, expected in rows
        )

    def close(self) -> None:
        self._database.close()

    def _flush(self) -> None:
        self._database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting.clear()


def _refusal(row: tuple[Any, ...]) -> Refusal:
    line, column, reason, detail, right, expected = row
    return Refusal(line, column, reason, detail, right, bool(expected))


@contextmanager
def staging() -> Iterator[Staging]:
    """A staging for the time of the block."""
    opened = Staging()
    try:
        yield opened
    finally:
        opened.close()


def in_chunks(groups: Iterable[Group], size: int) -> Iterator[list[Group]]:
    """The groups, some at a time; a chunk never mixes stages."""
    for _, same in groupby(groups, key=lambda group: group.stage):
        chunk: list[Group] = []
        for group in same:
            chunk.append(group)
            if len(chunk) == size:
                yield chunk
                chunk = []
        if chunk:
            yield chunk
