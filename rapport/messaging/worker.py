"""The outbox worker: claims what is due, asks again whether it may go, sends it, and writes down what happened."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from rapport.background import beside
from rapport.clock import Clock
from rapport.messaging.errors import TemplateError
from rapport.messaging.outbox import ending_of
from rapport.messaging.outcome import Outcome
from rapport.messaging.prepare import Preparer, Ready
from rapport.messaging.recording import Result, record
from rapport.messaging.senders.base import Sender
from rapport.store.database import AWAY, Database
from rapport.store.deliveries import (
    Claim,
    Departure,
    Ending,
    claim_due,
    claim_interrupted,
    mark_sending,
    renew_leases,
)
from rapport.store.signals import Signals

TICK_SECONDS = 1.0
TRIES_TO_RECORD = 5
INTERRUPTED = Outcome("unknown", None, "The worker stopped while it was sending")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """`batch` deliveries of a channel are claimed at once for `lease`; `in_flight` of them leave side by side.

    A killed worker leaves at most `in_flight` mails in doubt, and holds the rest back for at most `lease`.
    """

    batch: int = 100
    in_flight: int = 20
    lease: timedelta = timedelta(seconds=60)


@dataclass(slots=True)
class _Lease:
    until: datetime


@dataclass(slots=True)
class OutboxWorker:
    """One worker; any number of them may share a database. `name` tells them apart in its rows.

    A channel named in `side_by_side` has so many batches on their way at once: one leaves while the next is prepared.
    """

    database: Database
    preparer: Preparer
    senders: Mapping[str, Sender[Any]]
    clock: Clock
    name: str
    pace: Pace = field(default_factory=Pace)
    side_by_side: Mapping[str, int] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event, signals: Signals) -> None:
        """Works until `stop` is set: woken by the topic `outbox`, and looking by itself every second.

        Each channel goes at its own pace: a slow one holds up no other.
        """
        async with asyncio.TaskGroup() as lanes:
            for channel in self.senders:
                for _ in range(self.side_by_side.get(channel, 1)):
                    lanes.create_task(self._run_channel(channel, stop, signals))
        await self.close()

    async def _run_channel(self, channel: str, stop: asyncio.Event, signals: Signals) -> None:
        with signals.subscribe("outbox") as changed:
            while not stop.is_set():
                changed.clear()
                if not await self._work_off_or_complain(channel):
                    await _either(stop, changed)

    async def run_once(self) -> int:
        """Works off one batch of each channel; returns how many deliveries it dealt with, 0 when nothing is due."""
        return sum(await asyncio.gather(*map(self._work_off, self.senders)))

    async def _work_off(self, channel: str) -> int:
        lost = await self._settle_interrupted(channel)
        lease = _Lease(self.clock() + self.pace.lease)
        async with self.database.session() as session:
            claims = await claim_due(
                session, channel, worker=self.name, now=self.clock(), until=lease.until, limit=self.pace.batch
            )
        async with self._holding(claims, lease):
            for group in groups(claims, at_most=self.pace.in_flight):
                await self._deliver(group, lease)
        return lost + len(claims)

    async def close(self) -> None:
        """Closes the senders' connections."""
        for sender in self.senders.values():
            await sender.close()

    async def _work_off_or_complain(self, channel: str) -> int:
        try:
            return await self._work_off(channel)
        except SQLAlchemyError:
            # Without its ledger nothing is sent; leases run out by themselves, and work goes on when it is back.
            log.exception("the database does not answer; nothing is sent until it does")
            return 0

    async def _settle_interrupted(self, channel: str) -> int:
        now = self.clock()
        async with self.database.session() as session:
            claims = await claim_interrupted(
                session, channel, worker=self.name, now=now, until=now + self.pace.lease, limit=self.pace.batch
            )
            results = [Result(self._ending(claim, INTERRUPTED, now)) for claim in claims]
            await record(session, results, now=now)
        return len(claims)

    def _ending(self, claim: Claim, outcome: Outcome, now: datetime) -> Ending:
        message, templates = claim.message, self.preparer.composer.templates
        try:
            transactional = templates.get(message.template, message.language).transactional
        except TemplateError:
            transactional = False
        return ending_of(claim, outcome, transactional=transactional, now=now)

    async def _deliver(self, claims: Sequence[Claim], lease: _Lease) -> None:
        now = self.clock()
        async with self.database.reading() as session:
            prepared = await self.preparer.prepare(session, claims, now=now)
        ready = [one for one in prepared if isinstance(one, Ready)]
        async with self.database.session() as session:
            await record(session, [Result(one) for one in prepared if isinstance(one, Ending)], now=now)
            departures = [Departure(one.claim, one.mail.recipient, one.links) for one in ready]
            held = await mark_sending(session, departures)
        # Only now, with the intent on disk, may the first byte leave.
        sent = await asyncio.gather(*(self._send(one, lease) for one in ready if one.claim.delivery_id in held))
        await self._record([result for result in sent if result is not None])

    async def _send(self, ready: Ready, lease: _Lease) -> Result | None:
        if self.clock() >= lease.until:
            # This process slept through its lease: another may have taken over, so nothing may leave here.
            return None
        outcome = await self.senders[ready.claim.message.channel].send(ready.mail)
        ending = ending_of(ready.claim, outcome, transactional=ready.transactional, now=self.clock())
        return Result(ending, ready.mail.recipient if outcome.dead_address else None)

    async def _record(self, results: Sequence[Result]) -> None:
        """Writes results down, trying again for a while: a mail that left unrecorded stays in doubt for ever."""
        for attempt in range(1, TRIES_TO_RECORD + 1):
            try:
                async with self.database.session() as session:
                    await record(session, results, now=self.clock())
                return
            except AWAY:
                if attempt == TRIES_TO_RECORD:
                    raise
                await asyncio.sleep(attempt)

    @asynccontextmanager
    async def _holding(self, claims: Sequence[Claim], lease: _Lease) -> AsyncIterator[None]:
        """Renews the lease for as long as the block lasts: a relay may think for ten minutes."""
        async with beside(self._renew(claims, lease)):
            yield

    async def _renew(self, claims: Sequence[Claim], lease: _Lease) -> None:
        while True:
            await asyncio.sleep(self.pace.lease.total_seconds() / 3)
            until = self.clock() + self.pace.lease
            if self.clock() >= lease.until:
                return
            with suppress(SQLAlchemyError):
                async with self.database.session() as session:
                    await renew_leases(session, claims, until=until)
                lease.until = until


def groups(claims: Sequence[Claim], *, at_most: int) -> list[list[Claim]]:
    """The claims in groups to prepare together, in order, a customer at most once in each.

    What one mail uses up of a customer's cap must be on record before the gate is asked about her next.
    """
    found: list[list[Claim]] = []
    customers: list[set[int]] = []
    for claim in claims:
        who = claim.message.customer_id
        place = next((n for n, group in enumerate(found) if len(group) < at_most and who not in customers[n]), None)
        if place is None:
            found.append([])
            customers.append(set())
            place = len(found) - 1
        found[place].append(claim)
        customers[place].add(who)
    return found


async def _either(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=TICK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
