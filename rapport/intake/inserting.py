"""Many rows in one statement: by the table and not by its class, which would send rows with a None one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.base import Base


async def insert_rows(session: AsyncSession, noun: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Writes rows that all have the same keys."""
    if rows:
        await session.execute(insert(cast(Table, noun.__table__)), rows)


async def insert_keyed(
    session: AsyncSession, noun: type[Base], rows: Sequence[dict[str, Any]], *, key: str
) -> dict[str, int]:
    """Writes rows that all have the same keys; returns the `id` each was given, by its unique column `key`.

    SQLite promises no order of RETURNING; asked for one, SQLAlchemy would send each row by itself.
    """
    if not rows:
        return {}
    table = cast(Table, noun.__table__)
    made = await session.execute(insert(table).returning(table.c[key], table.c.id), rows)
    return dict(made.all())


async def insert_numbered(session: AsyncSession, noun: type[Base], rows: Sequence[dict[str, Any]]) -> Sequence[int]:
    """Writes rows that have no key of their own; returns the `id` each was given, in their order."""
    if not rows:
        return []
    table = cast(Table, noun.__table__)
    return (await session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows)).all()
