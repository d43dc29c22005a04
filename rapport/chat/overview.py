"""The list of conversations as staff see it, each with what to decide by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.sla import sla_of
from rapport.chat.terms import Terms
from rapport.store.conversations import Handoff
from rapport.store.handoffs import waiting_handoffs
from rapport.store.inbox import Found, Wanted, find_conversations

EXCERPT = 120


async def overview(
    session: AsyncSession, wanted: Wanted, *, reader: str, now: datetime, terms: Terms
) -> dict[str, Any]:
    """`{conversations, after}`; `after` is the next page's cursor, absent on the last."""
    found = await find_conversations(session, wanted, reader=reader)
    waiting = await waiting_handoffs(session) if any(one.conversation.responder == "queue" for one in found) else []
    places = {handoff.conversation_id: number for number, handoff in enumerate(waiting, 1)}
    items = [_item(one, places, now=now, terms=terms) for one in found]
    more = {"after": found[-1].cursor} if len(found) == wanted.limit else {}
    return {"conversations": items, **more}


def _item(found: Found, places: dict[str, int], *, now: datetime, terms: Terms) -> dict[str, Any]:
    one = found.conversation
    customer = None if one.customer_id is None else {"id": one.customer_id, "name": found.customer_name or ""}
    return {
        "id": one.id,
        "customer": customer,
        "channel": one.channel,
        "language": one.language,
        "responder": one.responder,
        "agent": one.agent,
        "version": one.version,
        "last": {"seq": one.last_seq, "author": found.author, "text": found.text[:EXCERPT], "at": _iso(found.at)},
        "unread": found.unread,
        "waiting_since": _iso(one.waiting_since),
        "position": places.get(one.id),
        "snoozed_until": _iso(one.snoozed_until),
        "closed_at": _iso(one.closed_at),
        **handoff_as_json(found.handoff, now=now, terms=terms),
    }


def handoff_as_json(handoff: Handoff | None, *, now: datetime, terms: Terms) -> dict[str, Any]:
    """Why it came, whom it was given to, and until when an answer is due."""
    due = handoff.due_at if handoff else None
    return {
        "reason": handoff.reason if handoff else None,
        "skill": handoff.skill if handoff else None,
        "assigned_to": handoff.agent if handoff and handoff.state == "assigned" else None,
        "sla": sla_of(handoff, now=now, terms=terms),
        "due_at": _iso(due),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
