"""The promises of the store hold on both databases."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text

from rapport.store.conversations import ChatMessage, Conversation, append_message, change_responder
from rapport.store.customers import Customer, add_customer, find_customer
from rapport.store.database import Database
from rapport.store.events import add_event
from rapport.store.schema import metadata, migrate
from rapport.store.signals import listening, send_signal


async def conversation(database: Database, now: datetime) -> None:
    async with database.session() as session:
        session.add(Conversation(id="c", channel="web", language="zh", opened_at=now))


async def test_migrations_lead_to_the_tables(database: Database) -> None:
    def difference(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    await migrate(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(difference) == []


async def test_time_comes_back_as_it_went(database: Database, now: datetime) -> None:
    async with database.session() as session:
        await add_customer(session, {"email": "Mei@Example.org"}, now=now)
    async with database.reading() as session:
        customer = await find_customer(session, "email", "mei@example.ORG ")
    assert customer is not None
    assert customer.registered_at == now


async def test_naive_time_is_refused(database: Database, now: datetime) -> None:
    async with database.session() as session:
        with pytest.raises(Exception, match="has no time zone"):
            await add_customer(session, {}, now=now.replace(tzinfo=None))
        await session.rollback()


async def test_reading_writes_nothing(database: Database, now: datetime) -> None:
    async with database.reading() as session:
        session.add(Customer(name="nobody", registered_at=now))
        await session.flush()
    async with database.reading() as session:
        assert (await session.scalars(select(Customer))).all() == []


async def test_an_event_with_the_same_key_is_one_event(database: Database, now: datetime) -> None:
    async with database.session() as session:
        first = await add_event(session, "order_placed", customer_id=None, at=now, key="k")
        second = await add_event(session, "order_placed", customer_id=None, at=now + timedelta(1), key="k")
    assert (first is None, second is None) == (False, True)


async def test_parallel_messages_get_numbers_without_gap_or_double(database: Database, now: datetime) -> None:
    await conversation(database, now)

    async def say(text: str) -> None:
        async with database.session() as session:
            await append_message(session, "c", "customer", text, at=now)

    await asyncio.gather(*(say(str(number)) for number in range(20)))
    async with database.reading() as session:
        numbers = (await session.scalars(select(ChatMessage.seq).order_by(ChatMessage.seq))).all()
    assert numbers == list(range(1, 21))


async def test_of_two_hand_overs_at_one_version_one_wins(database: Database, now: datetime) -> None:
    await conversation(database, now)

    async def take(agent: str) -> bool:
        async with database.session() as session:
            return await change_responder(session, "c", "agent", version=1, agent=agent)

    assert sorted(await asyncio.gather(take("ann"), take("bo"))) == [False, True]


async def test_a_signal_arrives_from_another_process_s_transaction(database: Database) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    async with listening(database) as signals:
        with signals.subscribe("chat:c") as changed:
            for _ in range(100):
                async with other.session() as session:
                    await send_signal(session, "chat:c")
                try:
                    await asyncio.wait_for(changed.wait(), 0.1)
                    break
                except TimeoutError:
                    continue
            assert changed.is_set()
    await other.close()


async def test_only_who_answers_to_a_lasting_process_commits_without_the_disk(tmp_path: Path) -> None:
    for lasting, level in ((True, 2), (False, 1)):
        database = Database(f"sqlite+aiosqlite:///{tmp_path}/shop.db", lasting=lasting)
        async with database.reading() as session:
            assert await session.scalar(text("PRAGMA synchronous")) == level
        await database.close()
