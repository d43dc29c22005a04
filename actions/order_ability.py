"""The frame of every ability that does something about one order: first whose order it is, then the wish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from actions.continuing import PICK, WORDS, slips
from actions.hearing import PIECES, with_the_number, without_numbers
from actions.identification import Identified, identify, names_something
from actions.order_words import OrderWords
from actions.picking import picked
from actions.question import WHICH, Question
from actions.remarks import has_lost_it
from actions.reply import Answer, Button, Field, Form
from actions.turn import Turn
from rapport.store.customers import Customer
from rapport.store.identifications import failed_attempts, note_attempt
from rapport.store.orders import Order, latest_orders
from rapport.store.queue import start_handoff

CANDIDATES = 10
OFFERED = 3
WRONG_ANSWERS = 3
HANDOFF_REASON = "identification"


class OrderAbility(OrderWords):
    """Subclasses give `about`; `fits` says which of a customer's orders the wish may be meant for.

    `wishes` are the intents it answers, where they differ from `called`; `steps` what answers its own questions,
    beside the pieces of a proof. With `explains_first` the shop's own words
    come before any question, with an `invitation` to give the pieces: there is something to say to everybody.
    """

    insists = True
    awaits = frozenset(PIECES)
    wishes: ClassVar[tuple[str, ...]] = ()
    steps: ClassVar[Mapping[str, frozenset[str]]] = {}
    explains_first: ClassVar[bool] = False
    invitation: ClassVar[str] = "order.ask_to_help"

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """What to say and do about an order that is hers; `question` is the wish, and what is open about it."""
        raise NotImplementedError

    def expects(self, question: Question) -> frozenset[str]:
        """The pieces of a proof, and what the step is about."""
        return self.awaits | ({PICK} if question.step == WHICH else self.steps.get(question.step, frozenset()))

    def fits(self, order: Order, turn: Turn) -> bool:
        """Whether the wish can be meant for this order, where she has not said which."""
        return True

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """Asks for what is missing, else deals with the order."""
        question = self.question(turn)
        heard = self._heard(turn, question)
        wide = None if names_something(heard) else await self._wide_of_the_mark(session, turn, question)
        if wide is not None:
            return wide
        found = await identify(session, heard, under_way=question.order)
        if found.problem is not None:
            return await self._ask(session, heard, question, found)
        order: Order | Answer | None = found.order
        if order is None or (found.order and self._only_remembered(heard, found.order, question)):
            order = await self.choose(session, turn, question)
        if isinstance(order, Answer) or order is None:
            return order or Answer((self.policy(turn, question.wish),), buttons=(self.person(turn),))
        if order.number != question.order:
            question = replace(question, order=order.number, step="")
        answer = await self.about(session, await _at_home(session, turn, order), order, question)
        # Numbers in her words (a tax number, a house) are no order she has gone over to.
        return replace(answer, remember={"order_id": order.number, **answer.remember})

    async def choose(self, session: AsyncSession, turn: Turn, question: Question) -> Order | Answer | None:
        """Of a signed-in customer's orders the one that is meant, or the question which it is."""
        orders = await latest_orders(session, turn.customer_id or 0, limit=CANDIDATES)
        fitting = [order for order in orders if self.fits(order, turn)]
        under_way = [order for order in orders if order.number == question.order]
        picks = picked(turn.text, len(fitting[:OFFERED])) if question.step == WHICH else ()
        if under_way or len(fitting) == 1 or len(picks) == 1:
            return (under_way or [fitting[place] for place in picks] or fitting)[0]
        if fitting:
            return self._which(turn, question, fitting)
        if self.explains_first:
            return None
        return orders[0] if orders else self.ask(turn, _reopened(question), self.say("order.none", turn))

    def question(self, turn: Turn) -> Question:
        """The open question where this turn answers it, else a new one about what she says now."""
        was = turn.question
        continued, wishes = was.ability == self.called, self._intents()
        named = ",".join(turn.named("product"))
        was = replace(was, item=named or was.item)
        if turn.intent not in wishes:
            return was if continued else Question(self.called, wishes[0], said=turn.text)
        button = turn.text.startswith("/")
        if continued and was.wish in ("", turn.intent):
            longer = not button and was.identifies and len(turn.text) > len(was.said)
            return replace(was, wish=turn.intent, said=turn.text if longer else was.said)
        return Question(self.called, turn.intent, item=named, said="" if button else turn.text)

    def _heard(self, turn: Turn, question: Question) -> Turn:
        if turn.asked_for != self.called or turn.text.startswith("/"):
            return turn
        if WORDS in self.expects(question):
            return without_numbers(turn)
        return with_the_number(turn, question) if question.identifies else turn

    async def _wide_of_the_mark(self, session: AsyncSession, turn: Turn, question: Question) -> Answer | None:
        """What to say to an answer in which no piece of the proof can be found, None where it was no answer."""
        if turn.asked_for != self.called or not question.identifies or turn.intent in self._intents():
            return None
        if has_lost_it(turn.text):
            return self.ask(turn, _reopened(question), self.say("order.help", turn), self.person(turn))
        if question.step == WHICH or not slips(turn):
            return None
        await note_attempt(session, turn.conversation_id, order_id=None, at=turn.now)
        return await self._wrong(session, turn, question, "order.unclear")

    def _intents(self) -> tuple[str, ...]:
        return self.wishes or (self.called,)

    def _only_remembered(self, turn: Turn, order: Order, question: Question) -> bool:
        """True for an order that an earlier message named and this wish cannot be meant for."""
        if turn.customer_id is None or names_something(turn) or order.number == question.order:
            return False
        return not self.fits(order, turn)

    def _which(self, turn: Turn, question: Question, orders: Sequence[Order]) -> Answer:
        buttons = [
            Button(self.label(turn, order), self.payload(question.wish, order_id=order.number))
            for order in orders[:OFFERED]
        ]
        text = self.say("order.which", turn, wish=self.say(f"wish.{question.wish}", turn))
        return self.ask(turn, replace(_reopened(question), step=WHICH), text, *buttons)

    async def _ask(self, session: AsyncSession, turn: Turn, question: Question, found: Identified) -> Answer:
        if found.problem != "missing":
            return await self._wrong(session, turn, question, f"order.{found.problem}")
        pieces = {kind: turn.known(kind) for kind in PIECES}
        missing = _missing(pieces)
        answer = self.ask(turn, _reopened(question), self.say(f"order.{missing}", turn))
        if missing == "ask_both":
            answer = replace(answer, form=self._pieces_form(turn, question))
        if self.explains_first and turn.asked_for != self.called:
            texts = (self.policy(turn, question.wish), self.say(self.invitation, turn))
            answer = replace(answer, texts=tuple(filter(None, texts)), buttons=(self.person(turn),), form=None)
        return replace(answer, remember={**pieces, **answer.remember})

    def _pieces_form(self, turn: Turn, question: Question) -> Form:
        """Both pieces at once; who has only her phone writes it instead."""
        number = Field("order_id", self.say("form.order_id", turn), required=True)
        email = Field("email", self.say("form.email", turn), type="email", required=True)
        return Form(question.wish or self.called, (number, email), self.say("form.send", turn))

    async def _wrong(self, session: AsyncSession, turn: Turn, question: Question, key: str) -> Answer:
        """Help after a wrong answer; after the third in a row, a person."""
        forgotten: dict[str, str | None] = dict.fromkeys(PIECES)
        failed = await failed_attempts(session, turn.conversation_id)
        if failed >= WRONG_ANSWERS:
            await start_handoff(session, turn.conversation_id, reason=HANDOFF_REASON, now=turn.now)
            return Answer((self.say("order.person", turn),), remember=forgotten, handed_over=True)
        if key == "order.not_yours":
            forgotten["order_id"] = next(iter(turn.named("order_id")), None)
        text = self.say(key, turn, number=forgotten["order_id"])
        help_ = f"\n{self.say('order.help', turn)}" if failed > 1 else ""
        answer = self.ask(turn, _reopened(question), text + help_, self.person(turn))
        return replace(answer, remember={**forgotten, **answer.remember})


async def _at_home(session: AsyncSession, turn: Turn, order: Order) -> Turn:
    """Days are told to who has proven an order as they are to who is signed in: where she lives."""
    if turn.customer_id is not None or order.customer_id is None:
        return turn
    buyer = await session.get_one(Customer, order.customer_id)
    return replace(turn, time_zone=buyer.time_zone or turn.time_zone)


def _missing(pieces: dict[str, str | None]) -> str:
    if pieces["order_id"]:
        return "ask_contact"
    return "ask_number" if pieces["email"] or pieces["phone"] else "ask_both"


def _reopened(question: Question) -> Question:
    """The wish with its order yet to be found."""
    return replace(question, order="", step="")
