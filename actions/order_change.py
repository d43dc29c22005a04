"""Changes of an order that has not left the shop: noted for the people who pack it, never claimed as done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from actions.continuing import WORDS
from actions.order_ability import OrderAbility
from actions.question import Question
from actions.reply import Answer
from actions.ticketing import note
from actions.turn import Turn
from rapport.store.orders import UNSHIPPED, Order

DETAILS = "details"
_SAYS_WHAT = re.compile(r"[换改][成为到]|[寄送]到|\d|\binstead\b|\bto (?!change\b|my\b|the\b|a\b)\w", re.I)


class ActionOrderChange(OrderAbility):
    """A price may change with it, and a parcel be half packed: people decide, and the answer says so."""

    called = "order_change"
    steps: ClassVar[Mapping[str, frozenset[str]]] = {DETAILS: frozenset({WORDS})}

    def fits(self, order: Order, turn: Turn) -> bool:
        """What has not been shipped."""
        return order.status in UNSHIPPED

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """Asks what to change, then opens a ticket; after the shop's door there are other ways."""
        if order.status not in UNSHIPPED:
            return self._too_late(turn, order)
        said = question.said.replace(order.number, "")
        if question.step != DETAILS and not _SAYS_WHAT.search(said):
            text = self.say("change.ask_details", turn, number=order.number)
            return self.ask(turn, replace(question, step=DETAILS), text)
        details = turn.text if question.step == DETAILS else ""
        noted = await note(session, turn, order, "change", f"{order.number}:", question.said, details)
        key = "change.opened" if noted.new else "change.added"
        return Answer((self.say(key, turn, number=order.number, ticket=noted.ticket.id),))

    def _too_late(self, turn: Turn, order: Order) -> Answer:
        dates = {name: self.date(order, f"{name}_at", turn) for name in ("shipped", "delivered", "cancelled")}
        text = self.say(f"change.{order.status}", turn, number=order.number, **dates)
        if order.status == "delivered":
            return Answer(
                (text,), buttons=(self.button(turn, "button.exchange", "exchange_request", order_id=order.number),)
            )
        return Answer((text,), buttons=(self.person(turn),))
