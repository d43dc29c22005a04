"""Tickets: what staff must still do for a customer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base

# What a person was asked for while nobody was there.
QUESTION = "question"


class Ticket(Base):
    """A task with an owner's answer due; `state`: open or closed.

    `kind`: return, exchange, change, refund, delivery, payment, invoice, privacy, question …
    """

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), default="open", index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


async def open_ticket(
    session: AsyncSession,
    kind: str,
    *,
    customer_id: int | None,
    conversation_id: str,
    text: str,
    now: datetime,
    order_id: int | None = None,
) -> Ticket:
    """A new task for staff; `text` is what they need to know before they look anything up."""
    ticket = Ticket(kind=kind, customer_id=customer_id, conversation_id=conversation_id, order_id=order_id, text=text)
    ticket.opened_at = now
    session.add(ticket)
    await session.flush()
    return ticket


async def add_to_ticket(session: AsyncSession, ticket: Ticket, text: str) -> None:
    """Appends what was said since; what stands there already is not written twice."""
    if text not in ticket.text:
        ticket.text = f"{ticket.text}\n{text}"
        await session.flush()


async def change_kind(session: AsyncSession, ticket: Ticket, kind: str, text: str) -> None:
    """What is wanted now, with what was said of it; what stands there stays."""
    ticket.text = f"{ticket.text}\n{ticket.kind} → {kind}: {text}"
    ticket.kind = kind
    await session.flush()


async def tickets_of_order(
    session: AsyncSession, order_id: int, kinds: Collection[str], *, state: str = "open"
) -> list[Ticket]:
    """The order's tickets of these kinds in this state, newest first."""
    statement = select(Ticket).where(Ticket.order_id == order_id, Ticket.kind.in_(kinds), Ticket.state == state)
    return list(await session.scalars(statement.order_by(Ticket.id.desc())))


async def tickets_of_customer(session: AsyncSession, customer_id: int, kind: str) -> list[Ticket]:
    """The customer's open tickets of a kind, newest first."""
    statement = select(Ticket).where(Ticket.customer_id == customer_id, Ticket.kind == kind, Ticket.state == "open")
    return list(await session.scalars(statement.order_by(Ticket.id.desc())))


async def tickets_in(session: AsyncSession, conversation_id: str, kind: str) -> list[Ticket]:
    """The open tickets of a kind that a conversation has brought, newest first."""
    mine = (Ticket.conversation_id == conversation_id) & (Ticket.kind == kind) & (Ticket.state == "open")
    return list(await session.scalars(select(Ticket).where(mine).order_by(Ticket.id.desc())))


async def latest_tickets(
    session: AsyncSession, *, customer_id: int | None, conversation_id: str, limit: int
) -> list[Ticket]:
    """The customer's tickets and those of this conversation, open ones in front, then the newest."""
    mine = Ticket.conversation_id == conversation_id
    if customer_id is not None:
        mine = mine | (Ticket.customer_id == customer_id)
    ordered = select(Ticket).where(mine).order_by((Ticket.state != "open"), Ticket.id.desc())
    return list(await session.scalars(ordered.limit(limit)))
