"""What the assistant is told when a person hands a conversation back: facts she picked, never what was said."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.conversations import Conversation, open_handoff
from rapport.store.orders import Order
from rapport.store.tickets import Ticket

HANDED_BACK = "handed_back"


@dataclass(frozen=True, slots=True)
class Noted:
    """What the agent picked: the order it was about (its number), products (SKUs), the subject (an intent)."""

    order_id: str = ""
    products: tuple[str, ...] = ()
    topic: str = ""
    solved: bool = True


NOTED = Noted()


async def keep_summary(session: AsyncSession, conversation_id: str, noted: Noted) -> None:
    """Writes the summary beside the hand-off, and for the actions into the conversation's context."""
    handoff = await open_handoff(session, conversation_id)
    conversation = await session.get_one(Conversation, conversation_id, populate_existing=True)
    summary = asdict(noted) | await _opened(session, conversation)
    if handoff is not None:
        handoff.summary = json.dumps(summary, ensure_ascii=False)
    if noted.products:
        conversation.shown_products = list(noted.products)
    conversation.context = _context(conversation, noted) | {HANDED_BACK: summary}
    await session.flush()


def _context(conversation: Conversation, noted: Noted) -> dict[str, Any]:
    kept = dict(conversation.context or {"listed": list(conversation.shown_products)[:4]})
    if not noted.products:
        return kept
    focus = noted.products[0] if len(noted.products) == 1 else ""
    return kept | {"listed": list(noted.products), "focus": focus, "current": True}


async def _opened(session: AsyncSession, conversation: Conversation) -> dict[str, Any]:
    """The newest ticket opened in this conversation, and its order's number."""
    statement = (
        select(Ticket.id, Ticket.kind, Order.number)
        .outerjoin(Order, Order.id == Ticket.order_id)
        .where(Ticket.conversation_id == conversation.id)
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return {} if row is None else {"ticket": row.id, "ticket_kind": row.kind, "ticket_order": row.number}
