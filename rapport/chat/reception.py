"""Who comes into the queue is told at once how long it may take, or honestly that nobody is there and what then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.assignment import assign_waiting
from rapport.chat.changes import change, say_system, standing_now
from rapport.chat.gateway import tell_everybody
from rapport.chat.priority import priority, value_of
from rapport.chat.queue_view import place_in_queue
from rapport.chat.terms import Terms
from rapport.chat.words import address_form, nobody_there, queued
from rapport.privacy import mask_email
from rapport.store.conversations import ChatMessage, Conversation, Handoff, Standing, append_message, open_handoff
from rapport.store.customers import identities_of
from rapport.store.events import Event, add_event
from rapport.store.handoffs import agents_there, lock_desk
from rapport.store.queue import end_handoff
from rapport.store.scores import scores_of, segment_of
from rapport.store.tickets import QUESTION, Ticket, add_to_ticket, open_ticket, tickets_in
from rapport.store.turns import leave_to_a_person

LONGEST = 300


async def welcome(session: AsyncSession, conversation_id: str, *, now: datetime, terms: Terms) -> bool:
    """Sees to who has just come into the queue; False where she was seen to already, or does not wait (any more)."""
    await lock_desk(session)
    standing = await standing_now(session, conversation_id)
    handoff = await open_handoff(session, conversation_id)
    if standing.responder != "queue" or handoff is None or handoff.due_at is not None:
        return False
    if await agents_there(session, heard_since=now - terms.silent):
        await _line_up(session, handoff, standing, now=now, terms=terms)
    else:
        await nobody(session, conversation_id, standing, now=now, terms=terms)
    await tell_everybody(session, conversation_id)
    return True


async def nobody(
    session: AsyncSession, conversation_id: str, standing: Standing, *, now: datetime, terms: Terms
) -> None:
    """Nobody will come: the assistant responds again, a ticket is open, and an address to answer at is asked for."""
    await change(session, conversation_id, "assistant", standing=standing)
    await end_handoff(session, conversation_id, now=now, outcome="nobody")
    address = (await identities_of(session, standing.customer_id)).get("email") if standing.customer_id else None
    ticket = await _ticket(session, conversation_id, standing, now)
    if address is None:
        statement = update(Conversation).where(Conversation.id == conversation_id)
        await session.execute(statement.values(awaits="email"))
    shown = mask_email(address) if address else None
    text = nobody_there(standing.language, terms.hours, ticket=ticket.id, address=shown, now=now)
    form = address_form(standing.language) if address is None else None
    await append_message(session, conversation_id, "system", text, at=now, form=form)
    await leave_to_a_person(session, conversation_id)
    await add_event(
        session, "handoff_ended", customer_id=standing.customer_id, at=now, conversation_id=conversation_id,
        properties={"by": "shop", "outcome": "nobody"}, key=f"handoff_ended:{conversation_id}:{standing.version}",
    )  # fmt: skip


async def _line_up(
    session: AsyncSession, handoff: Handoff, standing: Standing, *, now: datetime, terms: Terms
) -> None:
    handoff.skill = handoff.skill or terms.skills.get(handoff.reason)
    handoff.language = standing.language
    handoff.priority = await _priority(session, handoff.conversation_id, standing.customer_id)
    handoff.due_at = handoff.requested_at + terms.first_response
    await session.flush()
    await assign_waiting(session, now=now, terms=terms)
    place = await place_in_queue(session, handoff.conversation_id, now=now, terms=terms)
    if place is not None:
        text = queued(standing.language, place.position, place.wait_seconds)
        await say_system(session, handoff.conversation_id, text, at=now)


async def _priority(session: AsyncSession, conversation_id: str, customer_id: int | None) -> float:
    """What her standing is worth when she comes, before she has waited."""
    value = 0.0
    if customer_id is not None:
        scores = {score.name: score.value for score in await scores_of(session, customer_id)}
        value = value_of(await segment_of(session, customer_id), scores.get("conversion"))
    return priority(waited=0.0, value=value, sentiment=await _sentiment(session, conversation_id))


async def _sentiment(session: AsyncSession, conversation_id: str) -> float | None:
    """How her last words sounded, by what the actions recorded of them."""
    last = select(ChatMessage.seq).where(ChatMessage.conversation_id == conversation_id)
    last = last.where(ChatMessage.author == "customer", ChatMessage.payload.is_(None))
    seqs = list(await session.scalars(last.order_by(ChatMessage.seq.desc()).limit(3)))
    keys = [f"{conversation_id}:{seq}:0" for seq in seqs]
    told = await session.scalars(select(Event.properties).where(Event.key.in_(keys)))
    felt = [properties["sentiment"] for properties in told if "sentiment" in properties]
    return min(felt, default=None)


async def _ticket(session: AsyncSession, conversation_id: str, standing: Standing, now: datetime) -> Ticket:
    """One for as long as it is open, however often a person is asked for meanwhile."""
    statement = select(ChatMessage.text).where(ChatMessage.conversation_id == conversation_id)
    statement = statement.where(ChatMessage.author == "customer", ChatMessage.text != "")
    asked = await session.scalar(statement.order_by(ChatMessage.seq.desc()).limit(1)) or ""
    found = await tickets_in(session, conversation_id, QUESTION)
    if found:
        await add_to_ticket(session, found[0], asked[:LONGEST])
        return found[0]
    return await open_ticket(
        session, QUESTION, customer_id=standing.customer_id, conversation_id=conversation_id,
        text=asked[:LONGEST], now=now,
    )  # fmt: skip
