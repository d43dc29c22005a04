"""After a merge nothing of the dropped customer is left, in any table, on either database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.customers import Customer, add_customer, add_tag, find_customer, tags_of
from rapport.store.database import Database
from rapport.store.merging import customer_columns, merge_customers
from rapport.store.scores import SegmentMembership


async def two(session: AsyncSession, now: datetime) -> tuple[int, int]:
    known = await add_customer(session, {"external_id": "7"}, now=now, language="zh")
    visitor = await add_customer(session, {"anonymous": "v"}, now=now - timedelta(1), name="Mei", language="en")
    return known.id, visitor.id


def any_row(table: Table, now: datetime, number: int) -> dict[str, Any]:
    """A row with a value in each column that must have one."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.nullable or column.default is not None or (column.primary_key and column.type.python_type is int):
            continue
        kind = column.type.python_type
        row[column.name] = {str: f"x{number}", int: number, bool: True, float: 0.5, datetime: now}.get(kind)
        if row[column.name] is None:
            row[column.name] = {} if kind is dict else now
    return row


async def test_no_row_of_the_dropped_customer_is_left(database: Database, now: datetime) -> None:
    columns = [column for column in customer_columns() if column.table.name != "identities"]
    assert {"orders", "events", "conversations"} <= {column.table.name for column in columns}
    async with database.session() as session:
        keep, drop = await two(session, now)
        for number, column in enumerate(columns):
            row = any_row(column.table, now, number) | {column.name: drop}
            row |= await referred_to(session, column.table, now)
            await session.execute(insert(column.table).values(row))
        await merge_customers(session, keep, drop, now=now)
    async with database.reading() as session:
        for column in customer_columns():
            counts = await session.execute(select(column, func.count()).group_by(column))
            owners = {owner: count for owner, count in counts if owner is not None}
            assert set(owners) == {keep}, column
        assert (await session.scalars(select(Customer.id))).all() == [keep]


async def referred_to(session: AsyncSession, table: Table, now: datetime) -> dict[str, Any]:
    """Rows that the row must refer to, apart from the customer."""
    needed = {}
    for column in table.columns:
        for key in column.foreign_keys:
            other = key.column.table
            if other.name == "customers" or column.nullable:
                continue
            values = any_row(other, now, 1)
            if other.name == "rule_versions":
                await session.execute(insert(other).values(values))
                needed[column.name] = values[key.column.name]
    return needed


async def test_what_may_exist_once_stays_the_kept_one_s(database: Database, now: datetime) -> None:
    async with database.session() as session:
        keep, drop = await two(session, now)
        for customer in (keep, drop):
            await add_tag(session, customer, "vip", now=now)
        await add_tag(session, drop, "shy", now=now)
        for customer, segment in ((keep, "loyal"), (drop, "new")):
            session.add(SegmentMembership(customer_id=customer, segment=segment, model_version="1", entered_at=now))
        merged = await merge_customers(session, keep, drop, now=now)
        assert await tags_of(session, keep) == {"vip", "shy"}
        still = select(SegmentMembership.segment).where(SegmentMembership.left_at.is_(None))
        assert (await session.scalars(still)).all() == ["loyal"]
    assert (merged.name, merged.language, merged.registered_at) == ("Mei", "zh", now - timedelta(1))


async def test_both_identities_lead_to_the_one(database: Database, now: datetime) -> None:
    async with database.session() as session:
        keep, drop = await two(session, now)
        await merge_customers(session, keep, drop, now=now)
    async with database.reading() as session:
        found = [await find_customer(session, "external_id", "7"), await find_customer(session, "anonymous", "v")]
    assert [customer and customer.id for customer in found] == [keep, keep]


async def test_nobody_is_merged_with_herself_or_a_stranger(database: Database, now: datetime) -> None:
    async with database.session() as session:
        keep, _ = await two(session, now)
        with pytest.raises(ValueError, match="itself"):
            await merge_customers(session, keep, keep, now=now)
        with pytest.raises(LookupError, match="no customer 999"):
            await merge_customers(session, keep, 999, now=now)
