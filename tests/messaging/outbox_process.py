"""A worker in a process of its own, for tests that kill it: DATABASE_URL RELAY_PORT CLOCK_AHEAD_SECONDS TEMPLATES."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.clock import clock_ahead
from rapport.messaging.compose import Composer
from rapport.messaging.gate import Refusal
from rapport.messaging.prepare import Preparer
from rapport.messaging.senders.email import EmailSender, Relay
from rapport.messaging.templates import TemplateFolder
from rapport.messaging.worker import OutboxWorker, Pace
from rapport.settings import Settings
from rapport.store.database import Database
from rapport.store.messages import Message


async def open_gate(session: AsyncSession, message: Message, now: datetime) -> Refusal | None:
    return None


async def main(url: str, port: str, ahead: str, templates: str) -> None:
    database = Database(url)
    settings = Settings(public_url="https://shop.example")
    preparer = Preparer(
        Composer(TemplateFolder(Path(templates)), settings, key="key"), open_gate, "hello@shop.example"
    )
    senders = {"email": EmailSender(Relay("127.0.0.1", int(port), starttls=False))}
    clock = clock_ahead(timedelta(seconds=float(ahead)))
    worker = OutboxWorker(database, preparer, senders, clock, "killed", Pace(batch=50, in_flight=10))
    while await worker.run_once():
        continue
    await worker.close()
    await database.close()


asyncio.run(main(*sys.argv[1:]))
