"""The worker: the outbox, and the clocks that bring journeys to their next step and the desk to its promises."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket

from sqlalchemy.exc import SQLAlchemyError

from rapport.chat.desk_clock import DeskClock
from rapport.chat.desk_file import TermsInForce
from rapport.chat.errors import ChatError
from rapport.clock import Clock, clock_ahead
from rapport.marketing.automation import Automation
from rapport.marketing.journeys import advance_due
from rapport.marketing.profiles import Home
from rapport.marketing.scoring import Scorer
from rapport.marketing.versions import open_rules
from rapport.messaging.opening import open_outbox
from rapport.settings import Settings
from rapport.store.database import Database
from rapport.store.signals import listening

TICK_SECONDS = 1.0
BATCH = 100
log = logging.getLogger(__name__)


async def run_worker(settings: Settings, stop: asyncio.Event) -> None:
    """Works until `stop` is set, by a clock that runs `worker_clock_ahead` of the real one."""
    clock = clock_ahead(settings.worker_clock_ahead)
    database = Database(settings.database_url)
    try:
        rules = await open_rules(database, settings.rules_dir)
        scorer = Scorer.load(settings.var_dir / "models", key=settings.key())
        home = Home(settings.default_language, settings.default_time_zone)
        name = f"{socket.gethostname()}:{os.getpid()}"
        outbox = open_outbox(settings, database, rules=rules, clock=clock, name=name)
        automation = Automation(rules, scorer, home=home)
        async with listening(database) as signals, asyncio.TaskGroup() as tasks:
            tasks.create_task(outbox.run(stop, signals))
            tasks.create_task(_run_journeys(database, automation, clock, stop))
            tasks.create_task(_run_desk(database, DeskClock(TermsInForce(settings)), clock, stop))
    finally:
        await database.close()


async def _run_desk(database: Database, desk: DeskClock, clock: Clock, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await desk.tick(database, clock())
        except (SQLAlchemyError, ChatError):
            # What is due stays due; who else has just changed a conversation has seen to it.
            log.exception("the desk's clock missed a tick")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TICK_SECONDS)


async def _run_journeys(database: Database, automation: Automation, clock: Clock, stop: asyncio.Event) -> None:
    while not stop.is_set():
        if await _advance(database, automation, clock) < BATCH:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK_SECONDS)


async def _advance(database: Database, automation: Automation, clock: Clock) -> int:
    try:
        async with database.session() as session:
            return await advance_due(session, automation, now=clock(), limit=BATCH)
    except SQLAlchemyError:
        # Enrolments stay due: they go on when the database is back.
        log.exception("the database does not answer; journeys wait until it does")
        return 0
