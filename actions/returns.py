"""Returns and exchanges: checked against the shop's days, then opened as a ticket of the order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from actions.continuing import PICK, WORDS, YES
from actions.formats import day, written_day
from actions.identification import order_in_talk
from actions.items import Item, items_of, meant
from actions.order_ability import OrderAbility
from actions.question import Question
from actions.remarks import asks
from actions.reply import Answer, Button
from actions.return_window import ReturnWindow, return_window
from actions.ticketing import note
from actions.turn import Turn
from rapport.store.orders import Order
from rapport.store.tickets import change_kind, tickets_of_order

CONFIRM, ITEM, DETAILS = "confirm", "item", "details"
ASKS_WHETHER = "return_policy"
KINDS = {"return_request": "return", "exchange_request": "exchange"}
MOST_BUTTONS = 5
# What the mere name of a thing is taken for.
MISHEARD = frozenset(
    {
        "product_search",
        "product_details",
        "product_availability",
        "price_query",
        "recommend",
        "out_of_scope",
        "nlu_fallback",
        "return_request",
        "exchange_request",
        "affirm",
    }
)
SURE = 0.5
# By when a colleague has written where to send it.
ANSWERED_DAYS = 1
# "Can I return it?" is about the order in talk; "what are your rules?" is not.
_ABOUT_IT = re.compile(r"\b(?:it|this|that|these|them|mine|my)\b|[这那它]|能退|能换|可以[退换]|退得了", re.I)
_FOR_WHAT = re.compile(r"[换改]成|换[个件双套只]|换[大小]|\b(?:for|into|to) an?\b|\bsizes?\b|\binstead\b", re.I)


class ActionReturns(OrderAbility):
    """What is still within its days becomes a ticket; a second request for an order finds the first one's."""

    called = "returns"
    wishes = ("return_request", "exchange_request")
    steps: ClassVar[Mapping[str, frozenset[str]]] = {
        CONFIRM: frozenset({YES}),
        ITEM: frozenset({PICK, "product", "category"}),
        DETAILS: frozenset({WORDS}),
    }

    def fits(self, order: Order, turn: Turn) -> bool:
        """What has arrived and is within its days."""
        return self._window(turn, order).open

    async def recognises(self, session: AsyncSession, turn: Turn) -> bool:
        """True for the name of an item she was asked for, and for asking whether the order in talk can go back."""
        if turn.intent == ASKS_WHETHER:
            return bool(_ABOUT_IT.search(turn.text)) and await order_in_talk(session, turn) is not None
        if turn.asked_for != self.called or turn.question.step != ITEM or asks(turn.text):
            return False
        misheard = turn.intent in MISHEARD or turn.confidence < SURE
        order = await order_in_talk(session, turn) if misheard else None
        return order is not None and bool(self._chosen(turn, turn.question, await items_of(session, order, turn)))

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """Refuses with a reason, asks which item, or opens the ticket."""
        if not self._window(turn, order).open:
            return self._refuse(turn, order)
        if turn.intent == ASKS_WHETHER and not question.step:
            return self._may(turn, order, question)
        items = await items_of(session, order, turn)
        chosen = self._chosen(turn, question, items)
        known = await self._known(session, turn, order, question, chosen)
        if known is not None:
            return known
        if items and not chosen:
            return self._ask_item(turn, order, question, items)
        question = replace(question, item=",".join(item.sku for item in chosen))
        if question.wish == "exchange_request" and question.step != DETAILS and not _FOR_WHAT.search(question.said):
            return self.ask(turn, replace(question, step=DETAILS), self.say("returns.ask_details", turn))
        return await self._open(session, turn, order, question, chosen)

    async def _known(
        self, session: AsyncSession, turn: Turn, order: Order, question: Question, chosen: Sequence[Item]
    ) -> Answer | None:
        """What to say where a ticket is open already for just that; she may still change her mind on what to do."""
        kind = KINDS[question.wish]
        for ticket in await tickets_of_order(session, order.id, KINDS.values()):
            covered = bool(chosen) and all(item.sku in ticket.text for item in chosen)
            if ticket.kind == kind and (covered or (not chosen and question.step != ITEM)):
                since = day(ticket.opened_at, turn.language, turn.time_zone)
                return Answer(
                    (self.say("returns.already", turn, number=order.number, ticket=ticket.id, since=since),)
                )
            if covered and question.step != DETAILS:
                await change_kind(session, ticket, kind, question.said)
                wish = self.say(f"wish.{question.wish}", turn)
                values = {"number": order.number, "ticket": ticket.id, "items": self._listed(turn, chosen)}
                return Answer((self.say("returns.changed", turn, wish=wish, **values),))
        return None

    def _may(self, turn: Turn, order: Order, question: Question) -> Answer:
        until = self._until(turn, order)
        yes = self.button(turn, "button.register", "return_request", order_id=order.number)
        text = self.say("returns.may", turn, number=order.number, until=until)
        return self.ask(turn, replace(question, step=CONFIRM), text, yes)

    async def _open(
        self, session: AsyncSession, turn: Turn, order: Order, question: Question, items: Sequence[Item]
    ) -> Answer:
        listed = ", ".join(f"{item.sku} × {item.quantity}" for item in items)
        details = turn.text if question.step == DETAILS else ""
        kind = KINDS[question.wish]
        noted = await note(session, turn, order, kind, f"{order.number}: {listed}", question.said, details)
        values = {
            "number": order.number,
            "ticket": noted.ticket.id,
            "items": self._listed(turn, items) or order.number,
            "until": self._until(turn, order),
            "by": self.by(turn, ANSWERED_DAYS),
        }
        key = f"returns.opened_{kind}" if noted.new else "returns.added"
        return Answer((self.say(key, turn, **values),))

    def _refuse(self, turn: Turn, order: Order) -> Answer:
        values = {"number": order.number, "days": self.services.settings.return_days}
        if order.status != "delivered":
            return Answer((self.say(f"returns.{order.status}", turn, **values),), buttons=self._instead(turn, order))
        values |= {"delivered": self.date(order, "delivered_at", turn), "until": self._until(turn, order)}
        return Answer((self.say("returns.too_late", turn, **values),), buttons=(self.person(turn),))

    def _instead(self, turn: Turn, order: Order) -> tuple[Button, ...]:
        if order.status in ("placed", "paid"):
            return (self.button(turn, "button.cancel", "order_cancel", order_id=order.number),)
        intent = "order_status" if order.status == "shipped" else "refund_status"
        return (self.button(turn, f"button.{intent}", intent, order_id=order.number),)

    def _window(self, turn: Turn, order: Order) -> ReturnWindow:
        return return_window(order, turn, self.services.settings.return_days)

    def _until(self, turn: Turn, order: Order) -> str:
        last_day = self._window(turn, order).last_day
        return written_day(last_day, turn.language) if last_day else "–"

    def _listed(self, turn: Turn, items: Sequence[Item]) -> str:
        return self.say("list.comma", turn).join(item.name for item in items)

    def _chosen(self, turn: Turn, question: Question, items: Sequence[Item]) -> list[Item]:
        asked = question.step == ITEM
        return meant(turn, items, named=question.item, said=question.said, asked=asked)

    def _ask_item(self, turn: Turn, order: Order, question: Question, items: Sequence[Item]) -> Answer:
        question = replace(question, step=ITEM, item="")
        one = [
            Button(item.name, self.payload(question.wish, order_id=order.number, product=item.sku))
            for item in items[:MOST_BUTTONS]
        ]
        wish = self.say(f"wish.{question.wish}", turn)
        return self.ask(turn, question, self.say("returns.which_item", turn, number=order.number, wish=wish), *one)
