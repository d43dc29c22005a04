"""The first half of an import: every row is read and checked before anything is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Map
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from rapport.intake.errors import FileError, Refusal, RowError
from rapport.intake.mapping import FIELDS, Mapping, RefuseWhere
from rapport.intake.report import Report
from rapport.intake.rows import BadRow, Row
from rapport.intake.staging import Staged, Staging
from rapport.intake.tables import Table, is_empty, open_table, table_of
from rapport.intake.values import text

Cell = Any
Fields = dict[str, Cell]
Progress = Callable[[str, int, "int | None"], None]
TOLD_EVERY = 5_000


class FieldError(RowError):
    """A RowError whose field is known."""

    def __init__(self, field: str, reason: str, detail: str, right: str = "") -> None:
        self.field = field
        super().__init__(reason, detail, right)


class Check(Protocol):
    """Makes a row's fields a row to write, or raises RowError."""

    def check(self, fields: Fields) -> Staged: ...


def take(fields: Fields, field: str, parse: Callable[..., Any], *how: Any, **more: Any) -> Any:
    """The value of a field; a field the file does not have is an empty cell."""
    try:
        return parse(fields.get(field), *how, **more)
    except RowError as error:
        raise FieldError(field, error.reason, error.detail, error.right) from error


def need(fields: Fields, field: str, parse: Callable[..., Any], *how: Any, **more: Any) -> Any:
    """As `take`, of a field that may not be empty."""
    if is_empty(fields.get(field)):
        raise FieldError(field, "missing_value", "the cell is empty.", "a value.")
    return take(fields, field, parse, *how, **more)


def columns_of(table: Table, mapping: Mapping) -> dict[str, int]:
    """Field → place of its column. Raises FileError for a column that is missing, or unknown to the mapping."""
    unknown = [name for name in table.columns if name not in {*mapping.columns.values(), *mapping.ignore}]
    for field, column in mapping.columns.items():
        if FIELDS[mapping.kind][field] and column not in table.columns:
            others = f" (the file has {', '.join(unknown)})" if unknown else ""
            right = f"the column that holds the {field}{others}."
            raise FileError(table.file, "the column is missing.", line=table.header_line, column=column, right=right)
    if unknown:
        right = f"one of {', '.join(mapping.columns.values())}; or `ignore: [{unknown[0]}]` in the mapping."
        reason = "the mapping does not know this column."
        raise FileError(table.file, reason, line=table.header_line, column=unknown[0], right=right)
    return {field: table.columns.index(name) for field, name in mapping.columns.items() if name in table.columns}


def read_all(file: Path, mapping: Mapping, check: Check, staging: Staging, report: Report, tell: Progress) -> None:
    """Stages every good row of the file and reports every other. Raises FileError, and StrictError if so asked."""
    with open_table(file, mapping.dialect) as cells:
        table = table_of(file, cells)
        reader = _RowReader(mapping, columns_of(table, mapping), check)
        for row in table.rows:
            report.rows += 1
            result = reader.read(row)
            if isinstance(result, Refusal):
                report.refuse(result)
            else:
                staging.add(row.line, result)
            if report.rows % TOLD_EVERY == 0:
                tell("checking", report.rows, table.row_count)
        tell("checking", report.rows, report.rows)


class _RowReader:
    def __init__(self, mapping: Mapping, places: Map[str, int], check: Check) -> None:
        self._columns, self._check = mapping.columns, check
        self._places = list(places.items())
        self._upper_sku = mapping.orders.upper_sku
        rules = {field: [rule for rule in mapping.refuse if rule.field == field] for field in places}
        self._rules = [(field, _ruling(found)) for field, found in rules.items() if found]

    def read(self, row: Row | BadRow) -> Staged | Refusal:
        if isinstance(row, BadRow):
            return row.refusal()
        fields = {field: row.cells[place] for field, place in self._places}
        try:
            if self._upper_sku:
                fields["sku"] = text(fields["sku"], longest=64).upper()
            return self._ruled_out(row.line, fields) or self._check.check(fields)
        except RowError as error:
            column = self._columns.get(getattr(error, "field", ""), "")
            return Refusal(row.line, column, error.reason, error.detail, error.right)

    def _ruled_out(self, line: int, fields: Fields) -> Refusal | None:
        for field, ruling in self._rules:
            written = text(fields[field], longest=1000)
            if rule := ruling(written):
                detail = f"{written!r}: {rule.because or 'the mapping rules it out'}."
                return Refusal(line, self._columns[field], rule.reason, detail, expected=True)
        return None


def _ruling(rules: Sequence[RefuseWhere]) -> Callable[[str], RefuseWhere | None]:
    compiled = [(re.compile(rule.matches), rule) for rule in rules]

    @lru_cache(maxsize=65_536)
    def first(written: str) -> RefuseWhere | None:
        return next((rule for pattern, rule in compiled if pattern.search(written)), None)

    return first
