"""An import as the command runs it, and what it left in the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from rapport.intake.files import Import, import_file
from rapport.intake.mapping import Kind, shipped
from rapport.intake.staging import staging
from rapport.store.database import Database
from rapport.store.schema import metadata

Take = Callable[..., Awaitable[dict[str, Any]]]
Content = Callable[[], Awaitable[dict[str, list[tuple[Any, ...]]]]]


@pytest.fixture
def take(database: Database, tmp_path: Path, now: datetime) -> Take:
    """Imports a text as a CSV file, and returns the report's JSON."""

    async def run(kind: Kind, source: str, *, mapping: Path | None = None, strict: bool = False) -> dict[str, Any]:
        file = tmp_path / "file.csv"
        file.write_text(source, encoding="utf-8")
        what = Import(kind, file, mapping or shipped(kind), strict, "CNY")
        with staging() as kept:
            report = await import_file(database, what, kept, now=now, tell=lambda *_: None)
            return report.as_json()

    return run


@pytest.fixture
def content(database: Database) -> Content:
    """Every row of every table that has any."""

    async def read() -> dict[str, list[tuple[Any, ...]]]:
        found = {}
        async with database.reading() as session:
            for table in metadata.sorted_tables:
                rows = await session.execute(select(table).order_by(*table.primary_key.columns))
                found[table.name] = [tuple(row) for row in rows]
        return {name: rows for name, rows in found.items() if rows}

    return read
