"""What a reader gives: cells with their line, or the reason why a line gives none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rapport.intake.errors import Refusal


class Row(NamedTuple):
    """The cells of one row; `line` is the line of a text file, the row of a sheet, the number of a Parquet row."""

    line: int
    cells: tuple[Any, ...]


class BadRow(NamedTuple):
    """A row that cannot be read."""

    line: int
    column: str
    reason: str
    detail: str
    right: str

    def refusal(self) -> Refusal:
        return Refusal(self.line, self.column, self.reason, self.detail, self.right)


class Cells(NamedTuple):
    """A file as its format gives it, unchecked. `row_count` is None where only reading would tell."""

    header: tuple[Any, ...]
    header_line: int
    rows: Iterator[Row | BadRow]
    row_count: int | None
