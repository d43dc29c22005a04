"""Two customers who are one person become one: every table's rows, found by the schema, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Column, Table, UniqueConstraint, and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from rapport.store.customers import Customer
from rapport.store.schema import metadata
from rapport.store.scores import SegmentMembership

FILLED_IN = ("name", "language", "time_zone", "country")


async def merge_customers(session: AsyncSession, keep_id: int, drop_id: int, *, now: datetime) -> Customer:
    """Moves everything of `drop_id` to `keep_id` and removes the dropped row; returns the one that stays.

    Where both have a row that may exist only once per customer (a tag, a score, an enrolment) the kept one's stays.
    The kept customer's empty fields are filled from the other. Raises LookupError where one of them is not there,
    ValueError where both are the same.
    """
    if keep_id == drop_id:
        raise ValueError(f"customer {keep_id} cannot be merged with itself")
    keep, drop = await _locked(session, keep_id, drop_id)
    await _leave_second_segment(session, keep_id, drop_id, now)
    await session.flush()
    for column in customer_columns():
        await _move(session, column, keep_id, drop_id)
    for held in list(session.identity_map.values()):
        if getattr(held, "customer_id", None) == drop_id:
            set_committed_value(held, "customer_id", keep_id)
    for field in FILLED_IN:
        setattr(keep, field, getattr(keep, field) or getattr(drop, field))
    keep.registered_at = min(keep.registered_at, drop.registered_at)
    await session.delete(drop)
    await session.flush()
    return keep


def customer_columns() -> Iterator[Column[int]]:
    """Every column of the schema that refers to a customer."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if any(key.column is Customer.__table__.c.id for key in column.foreign_keys):
                yield column


async def _locked(session: AsyncSession, keep_id: int, drop_id: int) -> tuple[Customer, Customer]:
    # In the order of their numbers, or two merges of the same pair could wait for each other for ever.
    statement = select(Customer).where(Customer.id.in_([keep_id, drop_id])).order_by(Customer.id).with_for_update()
    found = {customer.id: customer for customer in await session.scalars(statement)}
    for wanted in (keep_id, drop_id):
        if wanted not in found:
            raise LookupError(f"there is no customer {wanted}")
    return found[keep_id], found[drop_id]


async def _leave_second_segment(session: AsyncSession, keep_id: int, drop_id: int, now: datetime) -> None:
    """One person is in one segment at a time: the dropped one's stay ends where the kept one has her own."""
    stays = SegmentMembership.left_at.is_(None)
    has_one = select(func.count()).where(SegmentMembership.customer_id == keep_id, stays)
    if await session.scalar(has_one):
        ending = update(SegmentMembership).where(SegmentMembership.customer_id == drop_id, stays)
        await session.execute(ending.values(left_at=now))


async def _move(session: AsyncSession, column: Column[int], keep_id: int, drop_id: int) -> None:
    table: Table = column.table
    for others in _unique_with(column):
        kept = table.alias()
        same = and_(kept.c[column.name] == keep_id, *(kept.c[other.name] == other for other in others))
        double = delete(table).where(column == drop_id, exists(select(1).select_from(kept).where(same)))
        await session.execute(double)
    await session.execute(update(table).where(column == drop_id).values({column.name: keep_id}))


def _unique_with(column: Column[int]) -> Iterator[list[Column[object]]]:
    """The other columns of each key of the table in which this column stands."""
    table: Table = column.table
    keys = [list(table.primary_key.columns)]
    keys += [list(key.columns) for key in table.constraints if isinstance(key, UniqueConstraint)]
    keys += [list(index.columns) for index in table.indexes if index.unique]
    for key in keys:
        if column in key:
            yield [other for other in key if other is not column]
