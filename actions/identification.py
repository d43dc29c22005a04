"""Which order a turn is about, and whether whoever asks has shown it to be hers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from actions.proof import belongs_to
from actions.turn import Turn
from rapport.store.identifications import failed_attempts, note_attempt, proven_orders
from rapport.store.orders import Order, find_order

Missing = Literal["both", "contact", "number"]
Problem = Literal["missing", "no_match", "not_yours"]
# So many attempts of one conversation are looked at; who still guesses is told what all others are, unread.
MOST_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Identified:
    """An order of hers, or why there is none; neither where a signed-in customer has not said which.

    An order that does not exist and one that is another's are the same problem.
    """

    order: Order | None = None
    problem: Problem | None = None


async def identify(session: AsyncSession, turn: Turn, *, under_way: str = "") -> Identified:
    """Takes up what the turn and earlier ones name; an attempt that fails is noted, and one that is proven.

    `under_way` is the number of the order an open question is about.
    """
    proven = await proven_orders(session, turn.conversation_id)
    number = next(iter(turn.named("order_id")), under_way) or turn.known("order_id")
    order = await find(session, number) if number else None
    if order is not None and is_hers(order, turn, proven):
        return Identified(order)
    contact = turn.known("email") or turn.known("phone")
    if number and contact and (turn.customer_id is None or names_something(turn)):
        return await _prove(session, turn, order)
    if turn.named("order_id") and turn.customer_id is not None:
        await note_attempt(session, turn.conversation_id, order_id=None, at=turn.now)
        return Identified(problem="not_yours")
    if turn.customer_id is not None and not turn.named("order_id"):
        return Identified()
    if proven and not names_something(turn):
        return Identified(proven[0])
    return Identified(problem="missing")


def is_hers(order: Order, turn: Turn, proven: list[Order]) -> bool:
    """An order of who is signed in, one proven in this conversation, or another one of the same buyer."""
    if order.customer_id is None:
        return any(order.id == one.id for one in proven)
    buyers = {turn.customer_id, *(one.customer_id for one in proven)}
    return order.customer_id in buyers


def names_something(turn: Turn) -> bool:
    """True if the message itself holds a piece of the proof."""
    return any(turn.named(kind) for kind in ("order_id", "email", "phone"))


async def order_in_talk(session: AsyncSession, turn: Turn) -> Order | None:
    """The order of hers that was spoken of last, if any; nothing is tried or noted."""
    proven = await proven_orders(session, turn.conversation_id)
    number = turn.known("order_id")
    order = await find(session, number) if number else None
    if order is not None and is_hers(order, turn, proven):
        return order
    return next(iter(proven), None) if turn.customer_id is None else None


async def customer_of(session: AsyncSession, turn: Turn) -> int | None:
    """Who is chatting: who is signed in, else the buyer of the order that was proven last."""
    if turn.customer_id is not None:
        return turn.customer_id
    proven = await proven_orders(session, turn.conversation_id)
    return next((order.customer_id for order in proven if order.customer_id is not None), None)


async def find(session: AsyncSession, written: str) -> Order | None:
    """The order of a number as customers write it."""
    number = written.strip().lstrip("#")
    return await find_order(session, number) or await find_order(session, number.upper())


async def _prove(session: AsyncSession, turn: Turn, order: Order | None) -> Identified:
    failed = await failed_attempts(session, turn.conversation_id, in_a_row=False)
    buyer = order.customer_id if order is not None else None
    matches = await belongs_to(session, buyer, email=turn.known("email"), phone=turn.known("phone"))
    if order is None or not matches or failed >= MOST_ATTEMPTS:
        await note_attempt(session, turn.conversation_id, order_id=None, at=turn.now)
        return Identified(problem="no_match")
    await note_attempt(session, turn.conversation_id, order_id=order.id, at=turn.now)
    return Identified(order)
