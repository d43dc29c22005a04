"""One open ticket per order and kind: whoever asks again adds to it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from actions.turn import Turn
from rapport.store.orders import Order
from rapport.store.tickets import Ticket, add_to_ticket, open_ticket, tickets_of_order


@dataclass(frozen=True, slots=True)
class Noted:
    """A ticket, and whether it was opened just now."""

    ticket: Ticket
    new: bool


async def note(session: AsyncSession, turn: Turn, order: Order, kind: str, *words: str) -> Noted:
    """Opens a ticket about an order that was proven to be hers, or adds to the one that is open."""
    text = "\n".join(filter(None, words))
    for ticket in await tickets_of_order(session, order.id, (kind,)):
        await add_to_ticket(session, ticket, text)
        return Noted(ticket, new=False)
    ticket = await open_ticket(
        session,
        kind,
        customer_id=order.customer_id,
        conversation_id=turn.conversation_id,
        order_id=order.id,
        text=text,
        now=turn.now,
    )
    return Noted(ticket, new=True)
