"""Cancels an order that has not left the shop, once its buyer has confirmed it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from actions.continuing import YES
from actions.formats import money
from actions.order_ability import OrderAbility
from actions.question import Question
from actions.reply import Answer, Happened
from actions.turn import Turn
from rapport.store.offers import release_coupons, take_back_points
from rapport.store.orders import UNSHIPPED, Order, cancel_order
from rapport.store.tickets import open_ticket

CONFIRM = "confirm"
# A yes that cannot be undone is not guessed.
SURE = 0.6
# "别取消" is taken for order_cancel as easily as "取消".
_NEGATES = re.compile(r"不|别|\b(?:no|not|don'?t|keep)\b", re.I)


class ActionOrderCancel(OrderAbility):
    """Nothing is cancelled on one message alone, and nothing that has been shipped."""

    called = "order_cancel"
    steps: ClassVar[Mapping[str, frozenset[str]]] = {CONFIRM: frozenset({YES})}

    def fits(self, order: Order, turn: Turn) -> bool:
        """Only what can still be cancelled."""
        return order.status in UNSHIPPED

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """Confirms first; what cannot be cancelled is explained."""
        if order.status not in UNSHIPPED:
            return self._too_late(turn, order)
        if question.step != CONFIRM or not _confirms(turn):
            return self._ask_to_confirm(turn, order, question)
        was_paid = order.status == "paid"
        if not await cancel_order(session, order, now=turn.now):
            return self._too_late(turn, order)
        return await self._cancelled(session, turn, order, was_paid=was_paid)

    def _ask_to_confirm(self, turn: Turn, order: Order, question: Question) -> Answer:
        total = money(order.total_minor, order.currency, turn.language)
        text = self.say(
            "cancel.confirm", turn, number=order.number, total=total, placed=self.date(order, "placed_at", turn)
        )
        yes = self.button(turn, "button.cancel_yes", "affirm", order_id=order.number)
        no = self.button(turn, "button.cancel_no", "deny")
        return self.ask(turn, replace(question, step=CONFIRM), text, yes, no)

    def _too_late(self, turn: Turn, order: Order) -> Answer:
        dates = {name: self.date(order, f"{name}_at", turn) for name in ("shipped", "delivered", "cancelled")}
        text = self.say(f"cancel.{order.status}", turn, number=order.number, **dates)
        if order.status == "cancelled":
            return Answer((text,), buttons=(self.button(turn, "button.refund_status", "refund_status"),))
        return Answer((text,), buttons=(self.button(turn, "button.return", "return_request", order_id=order.number),))

    async def _cancelled(self, session: AsyncSession, turn: Turn, order: Order, *, was_paid: bool) -> Answer:
        await release_coupons(session, order.id)
        if order.customer_id is not None:
            await take_back_points(session, order.customer_id, order.id, reason="order_cancelled", now=turn.now)
        total = money(order.total_minor, order.currency, turn.language)
        if was_paid:
            await open_ticket(
                session,
                "refund",
                customer_id=order.customer_id,
                conversation_id=turn.conversation_id,
                order_id=order.id,
                text=f"{order.number} was cancelled in the chat before it was shipped; {total} was paid.",
                now=turn.now,
            )
        text = self.say("cancel.done_paid" if was_paid else "cancel.done", turn, number=order.number, total=total)
        properties = {
            "number": order.number,
            "total_minor": order.total_minor,
            "currency": order.currency,
            "source": "chat",
        }
        key = f"order_cancelled:{order.number}"
        return Answer((text,), happened=(Happened("order_cancelled", properties, order.customer_id, key),))


def _confirms(turn: Turn) -> bool:
    if turn.intent == "affirm":
        return turn.confidence >= SURE
    return turn.intent == "order_cancel" and not turn.text.startswith("/") and not _NEGATES.search(turn.text)
