"""The frame of every ability that does something about one order: first whose order it is, then the wish."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.continuing import slips
from actions.formats import day, money
from actions.identification import Identified, identify, names_something
from actions.question import Question, read_question
from actions.reply import Answer, Button
from actions.turn import Turn
from rapport.store.identifications import failed_attempts, note_attempt
from rapport.store.orders import Order, latest_orders
from rapport.store.queue import start_handoff

PIECES = ("order_id", "email", "phone")
CANDIDATES = 10
OFFERED = 3
WRONG_ANSWERS = 3
HANDOFF_REASON = "identification"


class OrderAbility(Ability):
    """Subclasses give `about`; `fits` says which of a customer's orders the wish may be meant for.

    `wishes` are the intents it answers, where they differ from `called`.
    """

    insists = True
    awaits = frozenset(PIECES)
    wishes: ClassVar[tuple[str, ...]] = ()

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """What to say and do about an order that is hers; `question` is the wish, and what is open about it."""
        raise NotImplementedError

    def fits(self, order: Order, turn: Turn) -> bool:
        """Whether the wish can be meant for this order, where she has not said which."""
        return True

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """Asks for what is missing, else deals with the order."""
        question = self.question(turn)
        if turn.asked_for == self.called and not question.step and slips(turn):
            await note_attempt(session, turn.conversation_id, order_id=None, at=turn.now)
            return await self._wrong(session, turn, question, "order.unclear")
        found = await identify(session, turn)
        if found.problem is not None:
            return await self._ask(session, turn, question, found)
        order = found.order
        if order is None or self._only_remembered(turn, order, question):
            chosen = await self.choose(session, turn, question)
            if isinstance(chosen, Answer):
                return chosen
            order = chosen
        if order.number != question.order:
            question = replace(question, order=order.number, step="")
        return await self.about(session, turn, order, question)

    async def choose(self, session: AsyncSession, turn: Turn, question: Question) -> Order | Answer:
        """Of a signed-in customer's orders the one that is meant, or the question which it is."""
        orders = await latest_orders(session, turn.customer_id or 0, limit=CANDIDATES)
        if not orders:
            return Answer((self.say("order.none", turn),), remember={"asked_for": self._open(question)})
        fitting = [order for order in orders if self.fits(order, turn)]
        under_way = [order for order in orders if order.number == question.order]
        if under_way or len(fitting) == 1:
            return (under_way or fitting)[0]
        return self._which(turn, question, fitting) if fitting else orders[0]

    def question(self, turn: Turn) -> Question:
        """The open question where this turn answers it, else a new one about what she says now."""
        was = read_question(turn.slots.get("asked_for", ""))
        continued = was.ability == self.called
        if turn.intent not in (self.wishes or (self.called,)):
            return was if continued else Question(self.called, self.called, said=turn.text)
        if continued and was.wish in ("", turn.intent):
            spoken = not turn.text.startswith("/") and len(turn.text) > len(was.said)
            return replace(was, wish=turn.intent, said=turn.text if spoken else was.said)
        said = "" if turn.text.startswith("/") else turn.text
        return Question(self.called, turn.intent, said=said)

    def reminder(self, turn: Turn, question: Question) -> str:
        """Takes the open question up again after something else was answered."""
        wish = self.say(f"wish.{question.wish or self.called}", turn)
        missing = self.say(f"reminder.{question.step or 'pieces'}", turn, order=question.order)
        return self.say("reminder", turn, wish=wish, missing=missing)

    def ask(self, turn: Turn, question: Question, text: str, *buttons: Button) -> Answer:
        """Says something that leaves `question` open."""
        return Answer((text,), buttons=buttons, remember={"asked_for": question.slot()})

    def button(self, turn: Turn, title: str, intent: str, **entities: str) -> Button:
        """What is pressed names its order itself: it means the same when it is pressed late."""
        return Button(self.say(title, turn), f"/{intent}{json.dumps(entities, ensure_ascii=False)}")

    def date(self, order: Order, name: str, turn: Turn) -> str:
        """The day of `placed_at`, `shipped_at` … where the customer lives; a dash where it is not known."""
        moment = getattr(order, name)
        return day(moment, turn.language, turn.time_zone) if moment else "–"

    def _open(self, question: Question) -> str:
        return replace(question, order="", step="").slot()

    def _only_remembered(self, turn: Turn, order: Order, question: Question) -> bool:
        """True for an order that an earlier message named and this wish cannot be meant for."""
        if turn.customer_id is None or names_something(turn) or order.number == question.order:
            return False
        return not self.fits(order, turn)

    def _which(self, turn: Turn, question: Question, orders: Sequence[Order]) -> Answer:
        buttons = [
            Button(self._label(order, turn), f"/{question.wish}{json.dumps({'order_id': order.number})}")
            for order in orders[:OFFERED]
        ]
        return Answer(
            (self.say("order.which", turn, wish=self.say(f"wish.{question.wish}", turn)),),
            buttons=tuple(buttons),
            remember={"asked_for": self._open(question)},
        )

    def _label(self, order: Order, turn: Turn) -> str:
        placed, total = self.date(order, "placed_at", turn), money(order.total_minor, order.currency, turn.language)
        return self.say("order.label", turn, number=order.number, placed=placed, total=total)

    async def _ask(self, session: AsyncSession, turn: Turn, question: Question, found: Identified) -> Answer:
        if found.problem == "missing":
            pieces = {kind: turn.known(kind) for kind in PIECES}
            key = "order.ask_contact" if pieces["order_id"] else "order.ask_both"
            if not pieces["order_id"] and (pieces["email"] or pieces["phone"]):
                key = "order.ask_number"
            return Answer((self.say(key, turn),), remember={**pieces, "asked_for": self._open(question)})
        return await self._wrong(session, turn, question, f"order.{found.problem}")

    async def _wrong(self, session: AsyncSession, turn: Turn, question: Question, key: str) -> Answer:
        """Help after a wrong answer; after the third in a row, a person."""
        forgotten: dict[str, str | None] = dict.fromkeys(PIECES)
        failed = await failed_attempts(session, turn.conversation_id)
        if failed >= WRONG_ANSWERS:
            await start_handoff(session, turn.conversation_id, reason=HANDOFF_REASON, now=turn.now)
            return Answer((self.say("order.person", turn),), remember=forgotten)
        if key == "order.not_yours":
            forgotten["order_id"] = next(iter(turn.named("order_id")), None)
        number = forgotten["order_id"] or ""
        text = self.say(key, turn, number=number) if key == "order.not_yours" else self.say(key, turn)
        if failed > 1:
            text = f"{text}\n{self.say('order.help', turn)}"
        buttons = (Button(self.say("button.person", turn), "/handoff"),)
        return Answer((text,), buttons=buttons, remember={**forgotten, "asked_for": self._open(question)})
