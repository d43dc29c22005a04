"""Parcels that are late, lost, damaged, wrong or incomplete: told apart, and noted where people must act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from actions.continuing import WORDS, YES
from actions.formats import day
from actions.order_ability import OrderAbility
from actions.question import Question
from actions.reply import Answer
from actions.ticketing import note
from actions.trouble import not_received, trouble_in
from actions.turn import Turn
from rapport.store.orders import Order

CONFIRM, DETAILS = "confirm", "details"
LATE, LOST, OTHER = "late", "lost", "other"
ANSWERED_DAYS = 1
# The shop's word in its policy: shipped within two days of payment.
SHIPPED_WITHIN = timedelta(days=2)


class ActionDeliveryProblem(OrderAbility):
    """Only patience is asked for without a ticket, and only while a parcel is within its days."""

    called = "delivery_problem"
    steps: ClassVar[Mapping[str, frozenset[str]]] = {CONFIRM: frozenset({YES}), DETAILS: frozenset({WORDS})}

    def fits(self, order: Order, turn: Turn) -> bool:
        """What is on its way or has just arrived; what has arrived is not what has not come."""
        if not_received(turn.text) and trouble_in(turn.text) is None:
            return order.status in ("paid", "shipped")
        recent = order.delivered_at is not None and turn.now - order.delivered_at <= timedelta(days=30)
        return order.status in ("paid", "shipped") or (order.status == "delivered" and recent)

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """Where it is, what follows, and the ticket."""
        if order.status in ("placed", "cancelled"):
            return Answer((self.say(f"trouble.{order.status}", turn, number=order.number),))
        trouble = _trouble(f"{question.said} {turn.text}", order)
        if trouble == OTHER and question.step != DETAILS:
            delivered = self.date(order, "delivered_at", turn)
            text = self.say("trouble.ask_details", turn, number=order.number, delivered=delivered)
            return self.ask(turn, replace(question, step=DETAILS), text)
        if trouble == LATE and question.step != CONFIRM:
            begun, due = self._due(order)
            if turn.now <= due:
                return self._patience(turn, order, question, begun=begun, due=due)
        return await self._open(session, turn, order, question, trouble)

    def _due(self, order: Order) -> tuple[datetime, datetime]:
        """Since when an order waits where it is, and until when that is no more than the shop's own measure."""
        if order.status == "paid":
            return order.placed_at, order.placed_at + SHIPPED_WITHIN
        begun = order.shipped_at or order.placed_at
        return begun, begun + timedelta(days=self.services.settings.delivery_days)

    def _patience(self, turn: Turn, order: Order, question: Question, *, begun: datetime, due: datetime) -> Answer:
        text = self.say(
            f"trouble.early_{order.status}",
            turn,
            number=order.number,
            since=day(begun, turn.language, turn.time_zone),
            by=day(due, turn.language, turn.time_zone),
            tracking=order.tracking_number or "–",
            carrier=order.carrier or self.say("order.carrier", turn),
        )
        yes = self.button(turn, "button.report", "affirm", order_id=order.number)
        return self.ask(turn, replace(question, step=CONFIRM), text, yes)

    async def _open(
        self, session: AsyncSession, turn: Turn, order: Order, question: Question, trouble: str
    ) -> Answer:
        told = question.step == DETAILS or (question.step == CONFIRM and turn.intent == self.called)
        details = turn.text if told and turn.text != question.said else ""
        noted = await note(session, turn, order, "delivery", f"{order.number}: {trouble}", question.said, details)
        key = f"trouble.{trouble}" if noted.new else "trouble.added"
        values = {"number": order.number, "ticket": noted.ticket.id, "by": self.by(turn, ANSWERED_DAYS)}
        return Answer((self.say(key, turn, **values),), buttons=(self.person(turn),))


def _trouble(said: str, order: Order) -> str:
    found = trouble_in(said)
    if found is None and order.status == "delivered":
        return LOST if not_received(said) else OTHER
    return found or LATE
