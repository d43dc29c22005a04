"""Never two responders, no message lost, doubled or out of order, no word of the assistant after a take-over."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from rapport.store.conversations import Conversation
from rapport.store.database import Database
from rapport.store.schema import migrate
from rapport.store.signals import listening
from tests.chat.staff import ANN, BOB, add_agent
from tests.faults.schedules import FORGET, HISTORY, Schedule

SCHEDULES, BLOCKS, STEPS = 1000, 4, 14
ON_POSTGRESQL = 40


@pytest.mark.parametrize("block", range(BLOCKS))
async def test_a_thousand_schedules(tmp_path: Path, now: datetime, block: int) -> None:
    # Not lasting: no power is cut here, and a thousand schedules wait for the disk a hundred thousand times.
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/schedules.db", lasting=False)
    await migrate(database)
    seen = await run(database, range(block, SCHEDULES, BLOCKS), now)
    await database.close()
    # They would prove nothing if all this had not happened, and often.
    for what in ("agent", "assistant", "customer", "system", "to agent", "to queue", "to assistant"):
        assert seen[what] > SCHEDULES / BLOCKS / 4, seen
    assert min(seen[what] for what in ("MovedError", "NotHeldError", "dropped")) > SCHEDULES / BLOCKS / 8, seen


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_same_with_transactions_side_by_side(database: Database, now: datetime) -> None:
    try:
        seen = await run(database, range(ON_POSTGRESQL), now)
    finally:
        async with database.session() as session:
            for statement in FORGET:
                await session.execute(text(statement))
    assert min(seen[what] for what in ("to agent", "MovedError", "dropped")) > 0, seen


async def run(database: Database, numbers: range, now: datetime) -> Counter[str]:
    """Runs the schedules of these numbers one after another, each held against what must be so."""
    seen: Counter[str] = Counter()
    async with listening(database) as signals:
        async with database.session() as session:
            for statement in HISTORY[database.is_sqlite]:
                await session.execute(text(statement))
            for who in (ANN, BOB):
                await add_agent(session, who, now)
        for number in numbers:
            at = now + timedelta(days=number)
            schedule = Schedule(database, signals, f"{number:032x}", random.Random(number), at)
            async with database.session() as session:
                session.add(Conversation(id=schedule.id, channel="web", language="zh", opened_at=at))
            await schedule.run(STEPS)
            seen += await schedule.check()
            async with database.session() as session:
                # The next one meets a desk without this one.
                await session.execute(text("DELETE FROM conversations"))
                await session.execute(text("UPDATE agents SET seen_at = NULL"))
    return seen
