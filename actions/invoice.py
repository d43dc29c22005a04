"""Invoices: how to get one oneself, and a ticket for who would rather have it done."""

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
from actions.turn import Entity, Turn
from rapport.store.orders import Order

DETAILS = "details"
ISSUED_DAYS = 3
_SAYS_WHOSE = re.compile(r"抬头|税号|[A-Z0-9]{15,20}|\b(?:tax|VAT|company name)\b", re.I)
# A Chinese company's is 18 places long and begins with the kind of authority that keeps it.
_TAX_NUMBER = re.compile(r"[159ANY][0-9A-Z]{17}", re.IGNORECASE)


class ActionInvoice(OrderAbility):
    """A ticket with the name and number the invoice is to be made out to."""

    called = "invoice_request"
    explains_first = True
    steps: ClassVar[Mapping[str, frozenset[str]]] = {DETAILS: frozenset({WORDS})}

    def _heard(self, turn: Turn, question: Question) -> Turn:
        # A tax number is told from an order's by its shape.
        kept = tuple(entity for entity in turn.entities if not _is_tax_number(entity))
        return super()._heard(replace(turn, entities=kept), question)

    def fits(self, order: Order, turn: Turn) -> bool:
        """What was paid for."""
        return order.status in ("paid", "shipped", "delivered")

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """Asks for the name once, then opens the ticket."""
        if not self.fits(order, turn):
            return Answer((self.say(f"invoice.{order.status}", turn, number=order.number),))
        if question.step != DETAILS and not _SAYS_WHOSE.search(question.said):
            text = self.say("invoice.ask_details", turn, number=order.number)
            return self.ask(turn, replace(question, step=DETAILS), text)
        details = turn.text if question.step == DETAILS else ""
        noted = await note(session, turn, order, "invoice", f"{order.number}:", question.said, details)
        key = "invoice.opened" if noted.new else "invoice.added"
        values = {"number": order.number, "ticket": noted.ticket.id, "by": self.by(turn, ISSUED_DAYS)}
        return Answer((self.say(key, turn, **values),))


def _is_tax_number(entity: Entity) -> bool:
    return entity.kind == "order_id" and bool(_TAX_NUMBER.fullmatch(str(entity.value)))
