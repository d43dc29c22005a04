"""Why a coupon is not taken: diagnosed from the coupon itself, for its owner only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from actions.codes import codes_in
from actions.continuing import CODE
from actions.formats import day, minor_units, money
from actions.identification import customer_of
from actions.order_ability import OrderAbility
from actions.question import Question
from actions.reply import Answer
from actions.turn import Turn
from rapport.store.offers import Coupon, find_coupon, usable_coupons
from rapport.store.orders import Order
from rapport.store.queue import start_handoff

Finding = Literal["other_account", "used", "expired", "short", "minimum", "fine"]
ASKED = "code"
TRIES = 3
LISTED = 3


class ActionCouponCheck(OrderAbility):
    """Of a coupon that is not hers nothing is told but that."""

    called = "coupon_problem"

    def expects(self, question: Question) -> frozenset[str]:
        """The code, then the pieces of a proof where it is a personal one."""
        return frozenset({CODE}) if question.step == ASKED else self.awaits

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """Looks the code up, and asks for what is missing: the code, or whose it is."""
        question = self.question(turn)
        # In a first message a number is more likely the order's than the coupon's.
        numbers = () if question.step == ASKED else turn.named("order_id")
        code, coupon = await _find(session, turn.text, question.said, but=numbers)
        if not code:
            return await self._ask_code(session, turn, question)
        if coupon is None:
            return await self._unknown(session, turn, replace(question, said=""), code)
        customer = await customer_of(session, turn)
        if coupon.customer_id is None or customer is not None:
            return self._explain(turn, coupon, customer)
        if turn.asked_for == self.called and question.step != ASKED:
            return await super().answer(session, turn)
        return self.ask(turn, replace(question, step="", said=code), self.say("coupon.personal", turn, code=code))

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """The order has shown who she is."""
        _, coupon = await _find(session, question.said)
        return self._explain(turn, coupon, order.customer_id) if coupon else self._ask_again(turn, question)

    async def _ask_code(self, session: AsyncSession, turn: Turn, question: Question) -> Answer:
        customer = await customer_of(session, turn)
        hers = await usable_coupons(session, customer, now=turn.now, limit=LISTED) if customer is not None else []
        texts = [self.say("coupon.ask_code", turn)]
        if hers:
            listed = "\n".join(self._listed(turn, coupon) for coupon in hers)
            texts.append(f"{self.say('coupon.yours', turn)}\n{listed}")
        answer = self._ask_again(turn, question)
        return replace(answer, texts=tuple(texts))

    def _listed(self, turn: Turn, coupon: Coupon) -> str:
        key = "coupon.listed_from" if coupon.minimum_minor else "coupon.listed"
        return self.say(key, turn, **self._values(turn, coupon))

    def _ask_again(self, turn: Turn, question: Question) -> Answer:
        return self.ask(turn, replace(question, step=ASKED), self.say("coupon.ask_code", turn), self.person(turn))

    async def _unknown(self, session: AsyncSession, turn: Turn, question: Question, code: str) -> Answer:
        question = replace(question, step=ASKED, tries=question.tries + 1)
        if question.tries >= TRIES:
            await start_handoff(session, turn.conversation_id, reason=self.called, now=turn.now)
            return Answer((self.say("coupon.person", turn),), handed_over=True)
        return self.ask(turn, question, self.say("coupon.unknown", turn, code=code), self.person(turn))

    def _explain(self, turn: Turn, coupon: Coupon, customer: int | None) -> Answer:
        amounts = [float(entity.value) for entity in turn.entities if entity.kind == "budget"]
        spent = minor_units(max(amounts), self.services.settings.currency) if amounts else None
        finding = diagnose(coupon, customer, spent_minor=spent, now=turn.now)
        text = self.say(f"coupon.{finding}", turn, **self._values(turn, coupon, spent_minor=spent or 0))
        return Answer((text,), buttons=(self.person(turn),))

    def _values(self, turn: Turn, coupon: Coupon, *, spent_minor: int = 0) -> dict[str, object]:
        currency = self.services.settings.currency
        return {
            "code": coupon.code,
            "percent": coupon.percent,
            "until": day(coupon.expires_at, turn.language, turn.time_zone),
            "minimum": money(coupon.minimum_minor, currency, turn.language),
            "more": money(max(coupon.minimum_minor - spent_minor, 0), currency, turn.language),
        }


def diagnose(coupon: Coupon, customer: int | None, *, spent_minor: int | None, now: datetime) -> Finding:
    """What is in the way of a coupon for this customer, in the order in which it would have to be cleared."""
    if coupon.customer_id is not None and coupon.customer_id != customer:
        return "other_account"
    if coupon.order_id is not None:
        return "used"
    if coupon.expires_at <= now:
        return "expired"
    if coupon.minimum_minor and spent_minor is not None and spent_minor < coupon.minimum_minor:
        return "short"
    return "minimum" if coupon.minimum_minor and spent_minor is None else "fine"


async def _find(session: AsyncSession, *texts: str, but: tuple[str, ...] = ()) -> tuple[str, Coupon | None]:
    """The first code that is one of the shop's, else the first that looks like one."""
    found = [codes_in(text) for text in texts]
    for code in (code for codes in found for code in codes.possible):
        coupon = await find_coupon(session, code)
        if coupon is not None:
            return code, coupon
    others = {number.upper() for number in but}
    return next((code for codes in found for code in codes.likely if code not in others), ""), None
