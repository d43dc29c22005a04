"""The first sheet of an Excel workbook, streamed row by row; a formula is refused, not computed."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from rapport.intake.csv_table import Dialect
from rapport.intake.errors import FileError
from rapport.intake.rows import BadRow, Cells, Row

# What openpyxl raises for a file that is no workbook, or a broken one: it has no root of its own.
BROKEN = (
    *(InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError, OSError, EOFError, NotImplementedError),
    *(KeyError, IndexError, ValueError, TypeError, AttributeError, RuntimeError),
)
MOST_BYTES = 2_000_000_000


@contextmanager
def open_excel(file: Path, _: Dialect) -> Iterator[Cells]:
    """The cells of the first sheet. Raises FileError where the file is no workbook, or a zip bomb."""
    with closing(_workbook(file)) as book:
        rows = _rows(file, book)
        first = next(rows, Row(1, ()))
        if isinstance(first, BadRow):
            raise FileError(file, f"the header has {first.detail}", line=first.line, right=first.right)
        yield Cells(first.cells, first.line, _as_wide(rows, len(first.cells)), None)


def _workbook(file: Path) -> Any:
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MOST_BYTES:
            raise FileError(file, f"the workbook unpacks to {size:,} bytes.", right="a CSV or Parquet file.")
        with warnings.catch_warnings(action="ignore"):  # openpyxl warns of styles it does not keep
            return load_workbook(file, read_only=True)
    except BROKEN as error:
        raise FileError(file, f"this is no Excel workbook ({error}).", right="a workbook saved as .xlsx.") from error


def _rows(file: Path, book: Any) -> Iterator[Row | BadRow]:
    if not book.worksheets:
        raise FileError(file, "the workbook has no sheet.", right="a table on the first sheet.")
    try:
        for line, cells in enumerate(book.worksheets[0].iter_rows(), start=1):
            row = _row(line, cells)
            if isinstance(row, BadRow) or any(cell is not None for cell in row.cells):
                yield row
    except BROKEN as error:
        raise FileError(file, f"the sheet cannot be read on ({error}).", right="a workbook saved anew.") from error


def _as_wide(rows: Iterator[Row | BadRow], width: int) -> Iterator[Row | BadRow]:
    """A sheet does not store the empty cells at the end of a row."""
    for row in rows:
        yield row if isinstance(row, BadRow) else Row(row.line, row.cells + (None,) * (width - len(row.cells)))


def _row(line: int, cells: tuple[Any, ...]) -> Row | BadRow:
    for number, cell in enumerate(cells, start=1):
        if cell.data_type == "f":
            return BadRow(line, "", "formula", f"cell {number} is a formula.", "the value it stands for.")
        if cell.data_type == "e":
            return BadRow(line, "", "formula", f"cell {number} is an error ({cell.value}).", "a value.")
    values = [cell.value for cell in cells]
    while values and values[-1] is None:
        values.pop()
    return Row(line, tuple(values))
