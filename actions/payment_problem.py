"""Payments that failed or were taken twice: what to check oneself, and a ticket where an order is known."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from actions.order_ability import OrderAbility
from actions.question import Question
from actions.reply import Answer
from actions.ticketing import note
from actions.turn import Turn
from rapport.store.orders import Order

RECENT = timedelta(days=14)
ANSWERED_DAYS = 1


class ActionPaymentProblem(OrderAbility):
    """Never asks for a card number, and says what our side knows of the payment."""

    called = "payment_problem"
    explains_first = True

    def fits(self, order: Order, turn: Turn) -> bool:
        """What is not paid, or was lately."""
        return order.status == "placed" or (order.status == "paid" and turn.now - order.placed_at <= RECENT)

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """One ticket per order, with her own words."""
        noted = await note(session, turn, order, "payment", f"{order.number}: {order.status}", question.said)
        state = "unpaid" if order.status == "placed" else "cancelled" if order.status == "cancelled" else "paid"
        key = f"payment.{state}" if noted.new else "payment.added"
        values = {"number": order.number, "ticket": noted.ticket.id, "by": self.by(turn, ANSWERED_DAYS)}
        return Answer((self.say(key, turn, **values),), buttons=(self.person(turn),))
