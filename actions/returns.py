"""Returns and exchanges: checked against the shop's days, then opened as a ticket of the order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from actions.continuing import PICK, WORDS, YES
from actions.formats import day, local_day, written_day
from actions.identification import order_in_talk
from actions.items import Item, items_of
from actions.naming import called
from actions.order_ability import OrderAbility
from actions.picking import picked
from actions.question import Question
from actions.remarks import asks
from actions.reply import Answer, Button
from actions.ticketing import note
from actions.turn import Turn
from rapport.store.orders import Order
from rapport.store.tickets import tickets_of_order

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
        return self._refusal(turn, order) is None

    async def recognises(self, session: AsyncSession, turn: Turn) -> bool:
        """True for the name of an item she was asked for, and for asking whether the order in talk can go back."""
        if turn.intent == ASKS_WHETHER:
            return bool(_ABOUT_IT.search(turn.text)) and await order_in_talk(session, turn) is not None
        if turn.asked_for != self.called or turn.question.step != ITEM or asks(turn.text):
            return False
        order = await order_in_talk(session, turn) if turn.intent in MISHEARD else None
        return order is not None and bool(_chosen(turn, turn.question, await items_of(session, order, turn)))

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """Refuses with a reason, asks which item, or opens the ticket."""
        refusal = self._refusal(turn, order)
        if refusal is not None:
            return refusal
        opened = await tickets_of_order(session, order.id, KINDS.values())
        if opened and question.step in ("", CONFIRM) and not question.item:
            since = day(opened[0].opened_at, turn.language, turn.time_zone)
            return Answer((self.say("returns.already", turn, number=order.number, ticket=opened[0].id, since=since),))
        if turn.intent == ASKS_WHETHER and not question.step:
            return self._may(turn, order, question)
        items = await items_of(session, order, turn)
        chosen = _chosen(turn, question, items)
        if items and not chosen:
            return self._ask_item(turn, order, question, items)
        question = replace(question, item=",".join(item.sku for item in chosen))
        if question.wish == "exchange_request" and question.step != DETAILS and not _FOR_WHAT.search(question.said):
            return self.ask(turn, replace(question, step=DETAILS), self.say("returns.ask_details", turn))
        return await self._open(session, turn, order, question, chosen)

    def _may(self, turn: Turn, order: Order, question: Question) -> Answer:
        until = written_day(self._last_day(turn, order), turn.language)
        yes = self.button(turn, "button.register", "return_request", order_id=order.number)
        text = self.say("returns.may", turn, number=order.number, until=until)
        return self.ask(turn, replace(question, step=CONFIRM), text, yes)

    async def _open(
        self, session: AsyncSession, turn: Turn, order: Order, question: Question, items: Sequence[Item]
    ) -> Answer:
        listed = ", ".join(f"{item.sku} × {item.quantity}" for item in items)
        details = turn.text if question.step == DETAILS else ""
        kind = KINDS[question.wish or "return_request"]
        noted = await note(session, turn, order, kind, f"{order.number}: {listed}", question.said, details)
        values = {
            "number": order.number,
            "ticket": noted.ticket.id,
            "items": self.say("list.comma", turn).join(item.name for item in items) or order.number,
            "until": written_day(self._last_day(turn, order), turn.language) if order.delivered_at else "–",
            "by": self.by(turn, ANSWERED_DAYS),
        }
        key = f"returns.opened_{kind}" if noted.new else "returns.added"
        return Answer((self.say(key, turn, **values),))

    def _refusal(self, turn: Turn, order: Order) -> Answer | None:
        values = {"number": order.number, "days": self.services.settings.return_days}
        if order.status != "delivered":
            return Answer((self.say(f"returns.{order.status}", turn, **values),), buttons=self._instead(turn, order))
        if order.delivered_at is None or local_day(turn.now, turn.time_zone) <= self._last_day(turn, order):
            return None
        values |= {"delivered": self.date(order, "delivered_at", turn)}
        values |= {"until": written_day(self._last_day(turn, order), turn.language)}
        return Answer((self.say("returns.too_late", turn, **values),), buttons=(self.person(turn),))

    def _instead(self, turn: Turn, order: Order) -> tuple[Button, ...]:
        if order.status in ("placed", "paid"):
            return (self.button(turn, "button.cancel", "order_cancel", order_id=order.number),)
        intent = "order_status" if order.status == "shipped" else "refund_status"
        return (self.button(turn, f"button.{intent}", intent, order_id=order.number),)

    def _last_day(self, turn: Turn, order: Order) -> date:
        arrived = local_day(order.delivered_at or turn.now, turn.time_zone)
        return arrived + timedelta(days=self.services.settings.return_days)

    def _ask_item(self, turn: Turn, order: Order, question: Question, items: Sequence[Item]) -> Answer:
        question = replace(question, step=ITEM, item="")
        one = [
            Button(item.name, self.payload(question.wish, order_id=order.number, product=item.sku))
            for item in items[:MOST_BUTTONS]
        ]
        wish = self.say(f"wish.{question.wish}", turn)
        return self.ask(turn, question, self.say("returns.which_item", turn, number=order.number, wish=wish), *one)


def _chosen(turn: Turn, question: Question, items: Sequence[Item]) -> list[Item]:
    """What is meant of the order: named, picked, or all there is."""
    named = set(question.item.split(",")) | set(turn.named("product"))
    chosen = [item for item in items if item.sku in named]
    if chosen or len(items) < 2:
        return chosen or list(items)
    if question.step != ITEM:
        return []
    of_kind = [item for item in items if item.category in turn.named("category")]
    places = picked(turn.text, len(items)) or called(turn.text, [item.names for item in items])
    return of_kind or [items[place] for place in places]
