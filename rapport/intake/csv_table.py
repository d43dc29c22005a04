"""Text files with separated values, read line by line; one broken line costs one row, not the file."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from rapport.intake.errors import FileError
from rapport.intake.rows import BadRow, Cells, Row

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Dialect(NamedTuple):
    """How a text file is written."""

    encoding: str = "utf-8"
    delimiter: str = ","


@contextmanager
def open_csv(file: Path, dialect: Dialect) -> Iterator[Cells]:
    """The cells of a text file. Raises FileError for an encoding or a header that cannot be read."""
    _refuse_utf_16(file, dialect)
    encoding = "utf-8-sig" if dialect.encoding.lower() in ("utf-8", "utf8") else dialect.encoding
    # Bytes that are no text become lone surrogates: the rows they stand in are refused one by one.
    with file.open(encoding=encoding, errors="surrogateescape", newline="") as text:
        reader = csv.reader(text, delimiter=dialect.delimiter, strict=True)
        rows = _rows(reader)
        first = next(rows, Row(1, ()))
        if isinstance(first, BadRow):
            raise FileError(file, f"the header cannot be read: {first.detail}", line=first.line, right=first.right)
        _refuse_other_delimiter(file, first, dialect)
        yield Cells(first.cells, first.line, rows, None)


def _rows(reader: Any) -> Iterator[Row | BadRow]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            span = f"lines {line} to {reader.line_num}" if reader.line_num > line else "the line"
            right = 'text with quotes closed and inner quotes doubled ("").'
            yield BadRow(line, "", "malformed_csv", f"{span} cannot be read: {error}.", right)
            continue
        except UnicodeError as error:
            yield BadRow(line, "", "wrong_encoding", f"the rest cannot be decoded: {error}.", "UTF-8.")
            return
        if cells:
            yield Row(line, tuple(cells))


def _refuse_utf_16(file: Path, dialect: Dialect) -> None:
    with file.open("rb") as raw:
        start = raw.read(2)
    if start in UTF_16 and "16" not in dialect.encoding:
        raise FileError(file, "the file is UTF-16.", line=1, right="UTF-8, or `encoding: utf-16` in the mapping.")


def _refuse_other_delimiter(file: Path, first: Row, dialect: Dialect) -> None:
    if len(first.cells) != 1:
        return
    for other in ";\t|,":
        if other != dialect.delimiter and other in first.cells[0]:
            right = f"`delimiter: {other!r}` in the mapping."
            raise FileError(file, f"the columns seem to be separated by {other!r}.", line=first.line, right=right)
