"""What is stored, a copy, a correction, deletion: begun in the chat, done by people, for proven customers only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from actions.continuing import WORDS
from actions.identification import customer_of
from actions.order_ability import OrderAbility
from actions.question import Question
from actions.reply import Answer
from actions.turn import Turn
from rapport.store.orders import Order
from rapport.store.tickets import add_to_ticket, open_ticket, tickets_of_customer

What = Literal["erase", "correct", "export"]
WHICH_OF_THEM = "which"
DONE_DAYS = 3
# In this order: who wants everything deleted may want a copy first, and says both.
_PATTERNS: dict[What, re.Pattern[str]] = {
    "erase": re.compile(r"删|注销|清除|抹掉|忘[了掉]我|\b(?:delet\w*|eras\w*|remove|wipe|forget)\b", re.IGNORECASE),
    "correct": re.compile(r"更正|改正|修改|改一下|写错|\b(?:correct\w*|rectif\w*|fix|update|wrong)\b", re.IGNORECASE),
    "export": re.compile(
        r"导出|下载|副本|拷贝|一份|查看|看看|存了|保存|哪些|什么|\b(?:export|download|copy|see|access|what|which|store[ds]?)\b",
        re.IGNORECASE,
    ),
}


class ActionPrivacyRequest(OrderAbility):
    """One open ticket a customer; nothing is deleted or sent on one message in a chat."""

    called = "privacy_request"
    explains_first = True
    invitation = "privacy.prove"
    steps: ClassVar[Mapping[str, frozenset[str]]] = {WHICH_OF_THEM: frozenset({WORDS})}

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """Begins, or asks who she is."""
        customer = await customer_of(session, turn)
        if customer is None:
            return await super().answer(session, turn)
        return await self._begin_request(session, turn, self.question(turn), customer)

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """The order has shown who she is."""
        return await self._begin_request(session, turn, question, order.customer_id or 0)

    async def _begin_request(self, session: AsyncSession, turn: Turn, question: Question, customer: int) -> Answer:
        details = turn.text if question.step == WHICH_OF_THEM else ""
        what = next((what for what, pattern in _PATTERNS.items() if pattern.search(details or question.said)), None)
        if what is None and not details:
            return self.ask(
                turn, replace(question, step=WHICH_OF_THEM), self.say("privacy.which", turn), self.person(turn)
            )
        what = what or "export"
        text = "\n".join(filter(None, (f"{what}:", question.said, details)))
        ticket = next(iter(await tickets_of_customer(session, customer, "privacy")), None)
        if ticket is None:
            ticket = await open_ticket(
                session,
                "privacy",
                customer_id=customer,
                conversation_id=turn.conversation_id,
                text=text,
                now=turn.now,
            )
        else:
            await add_to_ticket(session, ticket, text)
        text = self.say(f"privacy.{what}", turn, ticket=ticket.id, by=self.by(turn, DONE_DAYS))
        return Answer((text,), buttons=(self.button(turn, "button.opt_out", "marketing_opt_out"),))
