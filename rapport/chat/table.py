"""A comparison of products as a table, taken from Rasa's wire format whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeGuard

from rapport.chat.paths import is_path

# What still can be read beside each other, and what a row of the database should hold.
MOST_COLUMNS, MOST_ROWS, LONGEST = 6, 30, 300


def parse_table(value: Any) -> dict[str, Any] | None:
    """`{columns: [{sku, name, url?, picture?}], rows: [{label, cells: [text]}]}`, a cell per column; else None.

    A table with a hole, too many rows or too long a text is left out: half of a comparison misleads.
    """
    if not isinstance(value, dict):
        return None
    columns, rows = value.get("columns"), value.get("rows")
    if not _fits(columns, MOST_COLUMNS, _is_column) or not _fits(rows, MOST_ROWS, _is_row):
        return None
    if any(len(row["cells"]) != len(columns) for row in rows):
        return None
    return {
        "columns": [_column(column) for column in columns],
        "rows": [{"label": row["label"], "cells": list(row["cells"])} for row in rows],
    }


def _fits(items: Any, most: int, good: Callable[[Any], bool]) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(items, list) and 0 < len(items) <= most and all(map(good, items))


def _is_column(column: Any) -> bool:
    return isinstance(column, dict) and all(_is_text(column.get(name)) for name in ("sku", "name"))


def _is_row(row: Any) -> bool:
    if not isinstance(row, dict) or not _is_text(row.get("label")) or not isinstance(row.get("cells"), list):
        return False
    return all(map(_is_text, row["cells"]))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST


def _column(column: dict[str, Any]) -> dict[str, str]:
    paths = {
        name: column[name] for name in ("url", "picture") if _is_text(column.get(name)) and is_path(column[name])
    }
    return {"sku": column["sku"], "name": column["name"], **paths}
