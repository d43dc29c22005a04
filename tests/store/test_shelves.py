"""What stands on an agent's shelves, and what a search finds."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.conversations import Conversation, Handoff, append_message
from rapport.store.customers import add_customer
from rapport.store.database import Database
from rapport.store.inbox import Wanted, find_conversations
from rapport.store.orders import Order
from rapport.store.readings import Reading
from rapport.store.shelves import marks_of_open, rows_by_id, rows_of, search, shelf_sizes


async def add(session: AsyncSession, letter: str, now: datetime, said: str = "你好", **columns: object) -> str:
    number = letter * 32
    session.add(Conversation(id=number, channel="web", language="zh", opened_at=now, **columns))
    await session.flush()
    await append_message(session, number, "customer", said, at=now)
    return number


async def test_each_stands_where_it_belongs(database: Database, now: datetime) -> None:
    later = now + timedelta(hours=1)
    async with database.session() as session:
        mine = await add(session, "a", now, responder="agent", agent="lin")
        given = await add(session, "b", now, responder="queue", waiting_since=now)
        waiting = await add(session, "c", now, responder="queue", waiting_since=later)
        await add(session, "d", now, responder="agent", agent="wang")
        snoozed = await add(session, "e", now, responder="agent", agent="lin", snoozed_until=later)
        closed = await add(session, "f", now, closed_at=now)
        talking = await add(session, "0", now)
        session.add(Handoff(conversation_id=given, state="assigned", agent="lin", reason="x", requested_at=now))
        session.add(Handoff(conversation_id=mine, state="accepted", reason="x", requested_at=now, due_at=later))
    async with database.reading() as session:
        shelves = {
            shelf: [row.id for row in await rows_of(session, shelf, agent="lin")] for shelf in ("mine", "queue")
        }
        everything = {row.id for row in await rows_of(session, "all", agent="lin")}
        put_off = [row.id for row in await rows_of(session, "snoozed", agent="wang")]
        ended = [row.id for row in await rows_of(session, "closed", agent="lin")]
        sizes = await shelf_sizes(session, agent="lin")
        marks = {mark.id for mark in await marks_of_open(session)}
    assert sorted(shelves["queue"]) == [given, waiting]
    assert shelves["mine"] == [mine, given]
    assert talking in everything
    assert closed not in everything
    assert (put_off, ended) == ([snoozed], [closed])
    assert sizes == {"mine": 2, "queue": 2, "snoozed": 1}
    assert marks == {mine, given, waiting, "d" * 32, snoozed}


async def test_a_row_tells_what_was_said_last_and_what_is_unread(database: Database, now: datetime) -> None:
    async with database.session() as session:
        number = await add(session, "a", now, "一")
        await append_message(session, number, "customer", "二", at=now)
        await append_message(session, number, "system", "Lin 来了", at=now)
        session.add(Reading(conversation_id=number, agent="lin", seq=1))
    async with database.reading() as session:
        (hers,) = await rows_by_id(session, [number], agent="lin")
        (his,) = await rows_by_id(session, [number], agent="wang")
    assert (hers.text, hers.author, hers.last_seq, hers.unread) == ("二", "customer", 3, 1)
    assert his.unread == 2


async def test_a_file_is_told_from_a_product(database: Database, now: datetime) -> None:
    async with database.session() as session:
        picture, product = await add(session, "a", now), await add(session, "b", now)
        await append_message(session, picture, "customer", "", at=now, files=[{"id": "f"}])
        await append_message(session, product, "agent", "", at=now, cards=[{"sku": "TEA-1"}])
    async with database.reading() as session:
        rows = await rows_by_id(session, [picture, product], agent="lin")
    assert {row.id: bool(row.has_file) for row in rows} == {picture: True, product: False}


async def test_search_finds_words_names_and_orders(database: Database, now: datetime) -> None:
    async with database.session() as session:
        customer = await add_customer(session, {}, now=now, name="Anna Meyer")
        order = Order(number="A-77", customer_id=customer.id, status="paid", currency="CNY", total_minor=1)
        order.placed_at = now
        session.add(order)
        hers = await add(session, "a", now, "100% cotton?", customer_id=customer.id)
        other = await add(session, "b", now, "1000 cotton")
        await append_message(session, other, "customer", "还有别的吗", at=now)
    async with database.reading() as session:
        found = {
            wanted: [(row.id, row.text) for row in await search(session, wanted, agent="lin")]
            for wanted in ("anna", "#A-77", "100%", "COTTON", "_", "别的")
        }
        by_program = {
            wanted: [
                one.conversation.id for one in await find_conversations(session, Wanted(text=wanted), reader="lin")
            ]
            for wanted in found
        }
    assert found["anna"] == found["#A-77"] == found["100%"] == [(hers, "100% cotton?")]
    assert sorted(found["COTTON"]) == [(hers, "100% cotton?"), (other, "1000 cotton")]
    assert found["_"] == []
    assert found["别的"] == [(other, "还有别的吗")]
    assert {wanted: sorted(ids) for wanted, ids in by_program.items()} == {
        wanted: sorted(number for number, _ in rows) for wanted, rows in found.items()
    }
