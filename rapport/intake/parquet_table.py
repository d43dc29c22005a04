"""Parquet files, a batch of rows in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow
from pyarrow.parquet import ParquetFile

from rapport.intake.csv_table import Dialect
from rapport.intake.errors import FileError
from rapport.intake.rows import BadRow, Cells, Row

BATCH_ROWS = 8192


# Arrow has errors of its own, but a damaged file may also hold a name, a time or a size that Python cannot.
BROKEN = (pyarrow.ArrowException, OSError, ValueError, TypeError, OverflowError, MemoryError)


@contextmanager
def open_parquet(file: Path, _: Dialect) -> Iterator[Cells]:
    """The cells of a Parquet file; rows are numbered from 1. Raises FileError where it is none."""
    try:
        table = ParquetFile(file)
        names = tuple(table.schema_arrow.names)
    except BROKEN as error:
        raise FileError(file, f"this is no Parquet file ({error}).", right="a file written as Parquet.") from error
    with table:
        _refuse_nested(file, table)
        yield Cells(names, 0, _rows(file, table), table.metadata.num_rows)


def _refuse_nested(file: Path, table: ParquetFile) -> None:
    for field in table.schema_arrow:
        if pyarrow.types.is_nested(field.type) or pyarrow.types.is_binary(field.type):
            right = "a column of texts, numbers or times."
            raise FileError(file, f"a cell of {field.type} is no value.", column=field.name, right=right)


def _rows(file: Path, table: ParquetFile) -> Iterator[Row | BadRow]:
    line = 0
    try:
        for batch in table.iter_batches(batch_size=BATCH_ROWS):
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                line += 1
                yield Row(line, cells)
    except BROKEN as error:
        raise FileError(file, f"the file cannot be read on ({error}).", line=line, right="the whole file.") from error
