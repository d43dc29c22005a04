"""Changes of who responds that staff make: each one compare-and-set, one transaction, audited and signalled.

Every function gives the conversation's version after it, and raises UnknownConversationError, MovedError (the version
is not the caller's) or NotHeldError (another agent holds it).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.assignment import assign_waiting, free_agent
from rapport.chat.changes import ask_no_longer, change, held_by, put_into_queue, say_system, standing_at
from rapport.chat.errors import NotHeldError
from rapport.chat.gateway import tell_everybody
from rapport.chat.staff import Person
from rapport.chat.summary import NOTED, Noted, keep_summary
from rapport.chat.terms import TERMS, Terms
from rapport.chat.words import words
from rapport.store.audit import add_audit_entry
from rapport.store.conversations import Handoff, Standing, open_handoff
from rapport.store.events import add_event
from rapport.store.handoffs import lock_desk
from rapport.store.queue import end_handoff
from rapport.store.snoozing import snooze_until, wake_up
from rapport.store.turns import leave_to_a_person


async def take_over(
    session: AsyncSession, conversation_id: str, by: Person, *, version: int, now: datetime, terms: Terms = TERMS
) -> int:
    """`by` responds from now on, after the assistant, from the queue, or (an admin) after another agent."""
    standing = await _locked(session, conversation_id, version)
    if standing.responder == "agent" and standing.agent == by.name:
        return version
    if standing.responder == "agent" and by.role != "admin":
        raise NotHeldError
    new = await change(session, conversation_id, "agent", standing=standing, agent=by.name)
    await wake_up(session, conversation_id, now=now)
    await ask_no_longer(session, conversation_id)
    if standing.responder == "agent":
        await end_handoff(session, conversation_id, now=now, outcome="transferred")
    handoff = await open_handoff(session, conversation_id)
    if handoff is None:
        handoff = await _unasked(session, conversation_id, standing, now)
    handoff.state, handoff.agent, handoff.accepted_at = "accepted", by.name, now
    handoff.due_at = handoff.due_at or now + terms.first_response
    await say_system(session, conversation_id, words(standing.language).joined.format(agent=by.shown_name), at=now)
    return await _done(session, conversation_id, by, "took_over", new=new, now=now, terms=terms)


async def hand_back(
    session: AsyncSession,
    conversation_id: str,
    by: Person,
    *,
    version: int,
    now: datetime,
    noted: Noted = NOTED,
    terms: Terms = TERMS,
) -> int:
    """The assistant responds again. It is told what `noted` says and which ticket is open, never what was said."""
    standing = await _locked(session, conversation_id, version)
    held_by(standing, by)
    new = await change(session, conversation_id, "assistant", standing=standing)
    await wake_up(session, conversation_id, now=now)
    await keep_summary(session, conversation_id, noted)
    await _ended(session, conversation_id, standing, by, outcome="returned", now=now)
    await say_system(session, conversation_id, words(standing.language).returned.format(agent=by.shown_name), at=now)
    return await _done(session, conversation_id, by, "handed_back", new=new, now=now, terms=terms)


async def transfer(
    session: AsyncSession,
    conversation_id: str,
    by: Person,
    *,
    version: int,
    now: datetime,
    to: str | None = None,
    skill: str | None = None,
    terms: Terms = TERMS,
) -> int:
    """Back into the queue: for the agent `to`, or for whoever has `skill`. NotThereError where `to` is not there."""
    standing = await _locked(session, conversation_id, version)
    held_by(standing, by)
    new_agent = await free_agent(session, to, now=now, terms=terms) if to is not None else None
    new = await change(session, conversation_id, "queue", standing=standing, waiting_since=now)
    await wake_up(session, conversation_id, now=now)
    await end_handoff(session, conversation_id, now=now, outcome="transferred")
    await put_into_queue(session, conversation_id, standing, agent=new_agent, skill=skill, now=now, terms=terms)
    await say_system(session, conversation_id, words(standing.language).transferred, at=now)
    details = {"to": to or "", "skill": skill or ""}
    return await _done(session, conversation_id, by, "transferred", new=new, now=now, terms=terms, **details)


async def close(
    session: AsyncSession, conversation_id: str, by: Person, *, version: int, now: datetime, terms: Terms = TERMS
) -> int:
    """Ends the conversation and asks for a rating; what the customer says next opens it again, with the assistant."""
    standing = await _locked(session, conversation_id, version)
    if standing.responder == "agent":
        held_by(standing, by)
    if standing.closed_at is not None:
        return version
    new = await change(session, conversation_id, "assistant", standing=standing, closed_at=now)
    await wake_up(session, conversation_id, now=now)
    if standing.responder != "assistant":
        await keep_summary(session, conversation_id, NOTED)
        await _ended(session, conversation_id, standing, by, outcome="resolved", now=now)
    await say_system(session, conversation_id, words(standing.language).closed, at=now)
    return await _done(session, conversation_id, by, "closed", new=new, now=now, terms=terms)


async def snooze(
    session: AsyncSession,
    conversation_id: str,
    by: Person,
    *,
    version: int,
    now: datetime,
    until: datetime | None,
    terms: Terms = TERMS,
) -> int:
    """Out of the way until then, or until the customer says something; None: back at once.

    It stays with the agent who holds it.
    """
    standing = await _locked(session, conversation_id, version)
    held_by(standing, by)
    if until is None:
        await wake_up(session, conversation_id, now=now)
        return await _done(session, conversation_id, by, "woken", new=version, now=now, terms=terms)
    await snooze_until(session, conversation_id, until, now=now)
    details = {"until": until.isoformat()}
    return await _done(session, conversation_id, by, "snoozed", new=version, now=now, terms=terms, **details)


async def _locked(session: AsyncSession, conversation_id: str, version: int) -> Standing:
    await lock_desk(session)
    return await standing_at(session, conversation_id, version)


async def _unasked(session: AsyncSession, conversation_id: str, standing: Standing, now: datetime) -> Handoff:
    """The hand-off of a conversation that nobody had put into the queue."""
    handoff = Handoff(conversation_id=conversation_id, reason="taken_over", requested_at=now)
    handoff.language = standing.language
    session.add(handoff)
    await add_event(
        session, "handoff_requested", customer_id=standing.customer_id, at=now, conversation_id=conversation_id,
        properties={"reason": "taken_over"}, key=f"handoff_requested:{conversation_id}:{standing.version}",
    )  # fmt: skip
    return handoff


async def _ended(
    session: AsyncSession, conversation_id: str, standing: Standing, by: Person, *, outcome: str, now: datetime
) -> None:
    await end_handoff(session, conversation_id, now=now, outcome=outcome)
    await add_event(
        session, "handoff_ended", customer_id=standing.customer_id, at=now, conversation_id=conversation_id,
        properties={"by": "agent", "agent": by.name, "outcome": outcome},
        key=f"handoff_ended:{conversation_id}:{standing.version}",
    )  # fmt: skip


async def _done(
    session: AsyncSession,
    conversation_id: str,
    by: Person,
    action: str,
    *,
    new: int,
    now: datetime,
    terms: Terms,
    **details: str,
) -> int:
    """What every change ends with: the audit, the queue looked at again, and everybody told."""
    await session.flush()
    # What was said so far is not the assistant's to answer, now or later.
    await leave_to_a_person(session, conversation_id)
    await add_audit_entry(
        session, action, who=by.name, at=now, object=f"conversation:{conversation_id}", details=details
    )
    await assign_waiting(session, now=now, terms=terms)
    await tell_everybody(session, conversation_id)
    return new
