"""Loyalty points: the balance of who is known, the rules for everybody."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from actions.identification import customer_of
from actions.order_ability import OrderAbility
from actions.question import Question
from actions.reply import Answer
from actions.turn import Turn
from rapport.store.customers import Customer
from rapport.store.offers import points_of
from rapport.store.orders import Order


class ActionLoyalty(OrderAbility):
    """A balance is personal: it is told to who is signed in, or has proven an order."""

    called = "loyalty_points"
    explains_first = True
    invitation = "order.ask_to_tell"

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """The balance, or how to be told it."""
        customer = await customer_of(session, turn)
        return await (super().answer(session, turn) if customer is None else self._balance(session, turn, customer))

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """The order has shown who she is."""
        return await self._balance(session, turn, order.customer_id or 0)

    async def _balance(self, session: AsyncSession, turn: Turn, customer_id: int) -> Answer:
        customer = await session.get(Customer, customer_id)
        name = (customer.name if customer else "") or self.say("dear", turn)
        text = self.policy(turn, self.called, name=name, points=await points_of(session, customer_id))
        return Answer((text,), buttons=(self.button(turn, "button.recommend", "recommend"),))
