"""A worker killed in the middle, again and again: marketing never twice, transactional never lost."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import Process
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from rapport.store.customers import add_customer
from rapport.store.database import Database
from rapport.store.messages import Delivery, Message

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("outbox_process.py")
MAILS, KILLS, IN_FLIGHT = 200, 5, 10


async def start(database: Database, relay: Any, ahead: int) -> Process:
    url = database.url.render_as_string(hide_password=False)
    arguments = (str(PROGRAM), url, str(relay.port), str(ahead), str(ROOT / "rules" / "templates"))
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})


async def fill(database: Database, now: datetime) -> None:
    """Every other message is transactional."""
    async with database.session() as session:
        for number in range(MAILS):
            customer = await add_customer(session, {"email": f"{number}@example.org"}, now=now)
            transactional = number % 2 == 1
            message = Message(
                key=str(number),
                customer_id=customer.id,
                channel="email",
                purpose="order_updates" if transactional else "recommendations",
                template="confirm_opt_in" if transactional else "recommendations",
                language="en",
                context={"confirm": {"channel": "email", "purpose": "offers"}, "products": ["P-0"]},
                message_id=f"<{number}@shop.example>",
                queued_at=now,
            )
            session.add(message)
            await session.flush()
            session.add(Delivery(message_id=message.id, channel="email", due_at=now))


async def unfinished(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).where(Message.state == "queued")) or 0


async def test_kills_break_no_promise(shop: Any, relay: Any) -> None:
    database: Database = shop.database
    await fill(database, datetime.now(UTC))
    for kill in range(1, KILLS + 1):
        # Each process's clock is ahead of its forerunner's lease, so that no test waits for one to run out.
        process = await start(database, relay, ahead=120 * kill)
        while len(relay.received) < 25 * kill and process.returncode is None:
            await asyncio.sleep(0.001)
        process.kill()
        await process.wait()
    rounds = KILLS
    while await unfinished(database) and rounds < 15:
        rounds += 1
        process = await start(database, relay, ahead=120 * rounds)
        assert await process.wait() == 0
    await check_contract(database, relay)


async def check_contract(database: Database, relay: Any) -> None:
    received = Counter(mail["Message-ID"] for mail in relay.mails)
    async with database.reading() as session:
        messages = list(await session.scalars(select(Message)))
    marketing = [message for message in messages if message.purpose == "recommendations"]
    transactional = [message for message in messages if message.purpose != "recommendations"]
    # A duplicate is known by its Message-ID: nothing arrived under any other.
    assert received.keys() <= {message.message_id for message in messages}
    assert {message.state for message in marketing} <= {"sent", "unknown"}
    assert [received[message.message_id] for message in marketing if message.state == "sent"] == [
        1 for message in marketing if message.state == "sent"
    ]
    assert max(received[message.message_id] for message in marketing) == 1
    assert len([message for message in marketing if message.state == "unknown"]) <= KILLS * IN_FLIGHT
    assert {message.state for message in transactional} == {"sent"}
    assert min(received[message.message_id] for message in transactional) >= 1
    assert sum(received[message.message_id] - 1 for message in transactional) <= KILLS * IN_FLIGHT
