"""Refunds: what was given back and when, what is still to come, and who looks after it when it is late."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from actions.formats import day, local_day, money, working_days_after, written_day
from actions.order_ability import OrderAbility
from actions.question import Question
from actions.reply import Answer
from actions.ticketing import note
from actions.turn import Turn
from rapport.store.orders import Order, Refund, refunds_of_order
from rapport.store.refunded import orders_with_money_back
from rapport.store.tickets import Ticket, tickets_of_order

SHOWN = 2
# The shop's word in its policy: three to five working days.
REFUND_DAYS = 5


class ActionRefundStatus(OrderAbility):
    """Never promises money that nothing in the database stands for."""

    called = "refund_status"
    explains_first = True
    invitation = "order.ask_to_tell"

    def fits(self, order: Order, turn: Turn) -> bool:
        """Decided by what the database has on each order, in `choose`."""
        return False

    async def choose(self, session: AsyncSession, turn: Turn, question: Question) -> Order | Answer | None:
        """The newest of her orders that have anything to do with money back."""
        orders = await orders_with_money_back(session, turn.customer_id or 0, limit=SHOWN)
        answers = [await self.about(session, turn, order, question) for order in orders]
        if not answers:
            return None
        texts = tuple(text for answer in answers for text in answer.texts)
        return Answer(texts, buttons=answers[0].buttons)

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """What came, what is to come."""
        refunds = await refunds_of_order(session, order.id)
        lines = [self._refunded(turn, order, refund) for refund in refunds]
        outstanding = order.total_minor - sum(refund.amount_minor for refund in refunds)
        returns = await tickets_of_order(session, order.id, ("return",))
        if order.status == "cancelled" and outstanding > 0:
            lines.append(await self._owed(session, turn, order, outstanding))
        elif returns and outstanding > 0:
            lines.append(self._returned(turn, order, returns[0]))
        elif not refunds:
            back = self.button(turn, "button.return", "return_request", order_id=order.number)
            return Answer((self.say("refund.none", turn, number=order.number),), buttons=(back,))
        buttons = (self.person(turn),) if lines[len(refunds) :] else ()
        return Answer(("\n".join(lines),), buttons=buttons)

    def _refunded(self, turn: Turn, order: Order, refund: Refund) -> str:
        amount = money(refund.amount_minor, order.currency, turn.language)
        at = day(refund.at, turn.language, turn.time_zone)
        return self.say("refund.done", turn, number=order.number, amount=amount, at=at)

    def _returned(self, turn: Turn, order: Order, ticket: Ticket) -> str:
        since = day(ticket.opened_at, turn.language, turn.time_zone)
        return self.say("refund.returned", turn, number=order.number, since=since, ticket=ticket.id)

    async def _owed(self, session: AsyncSession, turn: Turn, order: Order, outstanding: int) -> str:
        due = self._due(turn, order)
        values = {
            "number": order.number,
            "amount": money(outstanding, order.currency, turn.language),
            "cancelled": self.date(order, "cancelled_at", turn),
            "due": written_day(due, turn.language),
        }
        if local_day(turn.now, turn.time_zone) <= due:
            return self.say("refund.owed", turn, **values)
        noted = await note(session, turn, order, "refund", f"{order.number}: overdue, {values['amount']}", turn.text)
        return self.say("refund.overdue", turn, ticket=noted.ticket.id, **values)

    def _due(self, turn: Turn, order: Order) -> date:
        return working_days_after(local_day(order.cancelled_at or turn.now, turn.time_zone), REFUND_DAYS)
