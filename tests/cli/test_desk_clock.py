"""The worker keeps the desk's time, and what it changes reaches the other processes."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from rapport.chat.desk import snooze, take_over
from rapport.chat.desk_clock import DeskClock
from rapport.chat.staff import Acting
from rapport.chat.terms import Terms
from rapport.cli.worker import _run_desk
from rapport.store.conversations import Conversation
from rapport.store.database import Database
from rapport.store.signals import listening

ANN = Acting("ann", "小安")


async def test_a_snooze_ends_by_the_worker_s_clock(database: Database, now: datetime) -> None:
    conversation, until = "c" * 32, now + timedelta(minutes=5)
    async with database.session() as session:
        session.add(Conversation(id=conversation, channel="web", language="zh", opened_at=now))
        await session.flush()
        await take_over(session, conversation, ANN, version=1, now=now)
        await snooze(session, conversation, ANN, version=2, until=until, now=now)
    stop = asyncio.Event()
    async with listening(database) as signals, asyncio.TaskGroup() as tasks:
        with signals.subscribe(f"chat:{conversation}") as changed:
            tasks.create_task(_run_desk(database, DeskClock(Terms), lambda: until, stop))
            await changed.wait()
        stop.set()
    async with database.reading() as session:
        assert (await session.get_one(Conversation, conversation)).snoozed_until is None
