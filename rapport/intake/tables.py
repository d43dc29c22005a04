"""One reader for CSV, Excel and Parquet: a header, then one row after the other, never the whole file in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.intake import csv_table, excel_table, parquet_table
from rapport.intake.errors import FileError
from rapport.intake.rows import BadRow, Cells, Row

Reader = Callable[[Path, csv_table.Dialect], AbstractContextManager["Cells"]]
READERS: dict[str, Reader] = {
    ".csv": csv_table.open_csv,
    ".tsv": csv_table.open_csv,
    ".txt": csv_table.open_csv,
    ".xlsx": excel_table.open_excel,
    ".parquet": parquet_table.open_parquet,
}
SURROGATE = re.compile("[\\ud800-\\udfff]")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# What a spreadsheet would run: =…, and +, - or @ before a call or a pipe. A number or a telephone is none.
FORMULA = re.compile(r"^(?:=|[-+@].*(?:[A-Za-z]\(|\|))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Table:
    """An open file: its columns, and its rows in order. A row that cannot be read comes as a BadRow."""

    file: Path
    columns: tuple[str, ...]
    header_line: int
    rows: Iterator[Row | BadRow]
    row_count: int | None


def open_table(file: Path, dialect: csv_table.Dialect) -> AbstractContextManager[Cells]:
    """The raw cells of a file, by its ending. Raises FileError for one that cannot be opened as what it claims."""
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        right = "a .csv, .tsv, .xlsx or .parquet file."
        raise FileError(file, f"files ending in {file.suffix!r} are not read.", right=right)
    if not file.is_file():
        raise FileError(file, "there is no such file.", right="the path of a file that is there.")
    return reader(file, dialect)


def table_of(file: Path, cells: Cells) -> Table:
    """The table in the cells: its header checked, each row as wide as the header and free of hostile text."""
    columns = _header(file, cells)
    return Table(file, columns, cells.header_line, _checked(cells.rows, columns), cells.row_count)


def _header(file: Path, cells: Cells) -> tuple[str, ...]:
    names = [str(name).strip() if name is not None else "" for name in cells.header]
    while names and not names[-1]:
        names.pop()
    line = cells.header_line
    if not names:
        raise FileError(file, "the file is empty.", right="a first line with the names of the columns.")
    for name in names:
        if not name:
            raise FileError(file, "a column has no name.", line=line, right="a name over every column.")
        if CONTROL.search(name):
            right = "UTF-8 text, or `encoding:` in the mapping."
            raise FileError(file, f"a column's name cannot be read: {name!r}.", line=line, right=right)
        if names.count(name) > 1:
            right = "one column of each name."
            raise FileError(file, "two columns have this name.", line=line, column=name, right=right)
    return tuple(names)


def _checked(rows: Iterator[Row | BadRow], columns: tuple[str, ...]) -> Iterator[Row | BadRow]:
    for row in rows:
        yield row if isinstance(row, BadRow) else _check(row, columns)


def _check(row: Row, columns: tuple[str, ...]) -> Row | BadRow:
    width = len(columns)
    if len(row.cells) != width:
        if len(row.cells) < width or any(cell not in (None, "") for cell in row.cells[width:]):
            right = f"{width} cells, as the header has."
            return BadRow(row.line, "", "ragged_row", f"the row has {len(row.cells)} cells.", right)
        row = Row(row.line, row.cells[:width])
    for place, cell in enumerate(row.cells):
        if type(cell) is str and (bad := _bad_text(cell)):
            return BadRow(row.line, columns[place], *bad)
    return row


def _bad_text(text: str) -> tuple[str, str, str] | None:
    # Almost every cell ends here: two looks at its characters instead of two regular expressions.
    if text.isprintable() and not text.startswith(("=", "+", "-", "@")):
        return None
    if SURROGATE.search(text):
        right = "UTF-8, or `encoding:` in the mapping."
        return "wrong_encoding", f"{text[:40]!r} is not text in the file's encoding.", right
    if CONTROL.search(text):
        return "control_character", f"{text[:40]!r} has a control character.", "plain text."
    if FORMULA.match(text):
        return "formula", f"{text[:40]!r} is a formula.", "the value it stands for."
    return None


def is_empty(cell: Any) -> bool:
    """Whether a cell says nothing: None, blank text, or not a number."""
    return cell is None or cell != cell or (type(cell) is str and not cell.strip())
