"""What time itself changes at the desk: an agent who does not come, a snooze that ends, an answer that gets late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.assignment import assign_waiting, take_back
from rapport.chat.changes import change, put_into_queue, say_system, standing_now
from rapport.chat.gateway import DESK, tell_everybody
from rapport.chat.reception import nobody, welcome
from rapport.chat.sla import sla_of
from rapport.chat.terms import TermsNow
from rapport.chat.words import words
from rapport.store.conversations import OPEN, Handoff, open_handoff
from rapport.store.database import Database
from rapport.store.handoffs import agents_there, lock_desk, overdue_of_absent, waiting_handoffs
from rapport.store.queue import end_handoff
from rapport.store.signals import send_signal
from rapport.store.snoozing import snoozed_too_long, wake_up

# Who has just come is seen to by the turn that brought her; only a crash leaves her to the clock.
PATIENCE = timedelta(seconds=10)


@dataclass(slots=True)
class DeskClock:
    """`told` remembers how late each answer was said to be, so that each warning is signalled once."""

    terms: TermsNow
    told: Mapping[int, str] = field(default_factory=dict)

    async def tick(self, database: Database, now: datetime) -> None:
        """Brings the desk to this moment; each step is a transaction, so that one that fails stops no other."""
        async with database.session() as session:
            await self._wake(session, now)
        async with database.session() as session:
            await self._give_again(session, now)
        for conversation_id in await self._unseen(database, now):
            async with database.session() as session:
                await welcome(session, conversation_id, now=now, terms=self.terms())
        for conversation_id in await self._forsaken(database, now):
            async with database.session() as session:
                await self._requeue(session, conversation_id, now)
        async with database.session() as session:
            await self._warn(session, now)

    async def _wake(self, session: AsyncSession, now: datetime) -> None:
        for conversation_id in await snoozed_too_long(session, now=now):
            await wake_up(session, conversation_id, now=now)
            await tell_everybody(session, conversation_id)

    async def _give_again(self, session: AsyncSession, now: datetime) -> None:
        back = await take_back(session, now=now, terms=self.terms())
        given = await assign_waiting(session, now=now, terms=self.terms())
        for handoff in back:
            if handoff not in given:
                standing = await standing_now(session, handoff.conversation_id)
                await say_system(session, handoff.conversation_id, words(standing.language).requeued, at=now)
        for conversation_id in {handoff.conversation_id for handoff in (*back, *given)}:
            await tell_everybody(session, conversation_id)
        if not await agents_there(session, heard_since=now - self.terms().silent):
            await self._send_home(session, now)

    async def _send_home(self, session: AsyncSession, now: datetime) -> None:
        """The last agent has gone: who still waits is told so, and what happens instead."""
        for handoff in await waiting_handoffs(session):
            if handoff.due_at is None:
                continue
            standing = await standing_now(session, handoff.conversation_id)
            await nobody(session, handoff.conversation_id, standing, now=now, terms=self.terms())
            await tell_everybody(session, handoff.conversation_id)

    async def _unseen(self, database: Database, now: datetime) -> list[str]:
        async with database.reading() as session:
            waiting = await waiting_handoffs(session)
        return [one.conversation_id for one in waiting if one.due_at is None and now - one.requested_at >= PATIENCE]

    async def _forsaken(self, database: Database, now: datetime) -> list[str]:
        async with database.reading() as session:
            there = await agents_there(session, heard_since=now - self.terms().gone)
            return await overdue_of_absent(session, {agent.name for agent in there}, now=now - self.terms().gone)

    async def _requeue(self, session: AsyncSession, conversation_id: str, now: datetime) -> None:
        """Her agent has gone, and she waits for an answer."""
        await lock_desk(session)
        standing, handoff = await standing_now(session, conversation_id), await open_handoff(session, conversation_id)
        if standing.responder != "agent" or handoff is None or handoff.due_at is None:
            return
        await change(session, conversation_id, "queue", standing=standing, waiting_since=now)
        await wake_up(session, conversation_id, now=now)
        await end_handoff(session, conversation_id, now=now, outcome="transferred")
        await put_into_queue(
            session, conversation_id, standing, agent=None, skill=handoff.skill, now=now, terms=self.terms()
        )
        await say_system(session, conversation_id, words(standing.language).requeued, at=now)
        await assign_waiting(session, now=now, terms=self.terms())
        await tell_everybody(session, conversation_id)

    async def _warn(self, session: AsyncSession, now: datetime) -> None:
        due = await session.scalars(select(Handoff).where(Handoff.state.in_(OPEN), Handoff.due_at.is_not(None)))
        late = {one.id: level for one in due if (level := sla_of(one, now=now, terms=self.terms())) != "ok"}
        if late != self.told:
            self.told = late
            await send_signal(session, DESK)
