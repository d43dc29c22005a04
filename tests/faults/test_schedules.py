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
from tests.faults.schedules import HISTORY, Schedule

SCHEDULES, BLOCKS, STEPS = 1000, 4, 14


@pytest.mark.parametrize("block", range(BLOCKS))
async def test_a_thousand_schedules(tmp_path: Path, now: datetime, block: int) -> None:
    # Not lasting: no power is cut here, and a thousand schedules wait for the disk a hundred thousand times.
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/schedules.db", lasting=False)
    await migrate(database)
    seen: Counter[str] = Counter()
    async with listening(database) as signals:
        async with database.session() as session:
            for statement in HISTORY:
                await session.execute(text(statement))
            for who in (ANN, BOB):
                await add_agent(session, who, now)
        for number in range(block, SCHEDULES, BLOCKS):
            at = now + timedelta(days=number)
            schedule = Schedule(database, signals, f"{number:032x}", random.Random(number), at)
            async with database.session() as session:
                session.add(Conversation(id=schedule.id, channel="web", language="zh", opened_at=at))
            await schedule.run(STEPS)
            seen += await schedule.check()
            async with database.session() as session:
                # The next one meets a desk without them.
                await session.execute(text("DELETE FROM conversations"))
                await session.execute(text("UPDATE agents SET seen_at = NULL"))
    await database.close()
    # They would prove nothing if all this had not happened, and often.
    for what in ("agent", "assistant", "customer", "system", "to agent", "to queue", "to assistant"):
        assert seen[what] > SCHEDULES / BLOCKS / 4, seen
    assert min(seen[what] for what in ("MovedError", "NotHeldError", "dropped")) > SCHEDULES / BLOCKS / 4, seen
