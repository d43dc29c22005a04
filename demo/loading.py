"""Puts a simulated past into the database, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from demo import rows
from demo.happenings import what_happened
from demo.history import History
from demo.traits import hidden_traits, trait_rows
from rapport.store.base import Base
from rapport.store.consents import Consent
from rapport.store.customers import Customer, Identity
from rapport.store.events import Event
from rapport.store.messages import Delivery, Message
from rapport.store.offers import Exposure, LoyaltyEntry
from rapport.store.orders import Order, OrderLine, Refund
from rapport.store.products import Category, Product

BATCH = 20_000
# Their rows are numbered by us, because other rows name those numbers.
NUMBERED: tuple[type[DeclarativeBase], ...] = (Customer, Product, Order, Message, Event)
Progress = Callable[[str, int, int], None]
Rows = list[dict[str, Any]]


async def load(session: AsyncSession, history: History, *, progress: Progress) -> dict[str, int]:
    """Writes the past; the caller commits. Returns the number of rows by table.

    `progress` is told (table, rows written, rows in all).
    """
    counts: dict[str, int] = {}
    first = {table: await _next_id(session, table) for table in NUMBERED}
    for table, batch in _tables(history, first):
        name = str(getattr(table, "__tablename__", table))
        for begin in range(0, len(batch), BATCH):
            await session.execute(insert(table), batch[begin : begin + BATCH])
            progress(name, min(begin + BATCH, len(batch)), len(batch))
        counts[name] = len(batch)
    await _raise_sequences(session)
    return counts


def _tables(history: History, first: dict[type[DeclarativeBase], int]) -> Iterator[tuple[Any, Rows]]:
    """Each table with its rows, what is referred to before what refers; made one by one, to keep memory low."""
    ids = rows.FirstIds(
        customers=first[Customer], products=first[Product], orders=first[Order], messages=first[Message]
    )
    yield Category.__table__, rows.category_rows(history)
    yield Product.__table__, rows.product_rows(history, ids)
    yield Customer.__table__, rows.customer_rows(history, ids)
    codes = [category.code for category in history.catalogue.categories]
    yield hidden_traits, trait_rows(history.traits, history.people, codes, first_id=ids.customers)
    yield Identity.__table__, list(rows.identity_rows(history, ids))
    yield Consent.__table__, list(rows.consent_rows(history, ids))
    yield Order.__table__, rows.order_rows(history, ids)
    yield OrderLine.__table__, rows.line_rows(history, ids)
    yield Refund.__table__, rows.refund_rows(history, ids)
    yield LoyaltyEntry.__table__, list(rows.loyalty_rows(history, ids))
    yield Message.__table__, list(rows.message_rows(history, ids))
    yield Delivery.__table__, list(rows.delivery_rows(history, ids))
    yield Exposure.__table__, list(rows.exposure_rows(history, ids))
    happenings = what_happened(history, first_customer=ids.customers, first_message=ids.messages)
    yield Event.__table__, happenings.rows(first_id=first[Event])


async def _next_id(session: AsyncSession, table: type[DeclarativeBase]) -> int:
    newest = await session.scalar(select(func.max(Base.metadata.tables[table.__tablename__].c.id)))
    return int(newest or 0) + 1


async def _raise_sequences(session: AsyncSession) -> None:
    """PostgreSQL does not notice numbers given by hand: its next own number would clash with one of them."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in NUMBERED:
        name = table.__tablename__
        await session.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")  # noqa: S608  our own names
        )
