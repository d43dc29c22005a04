"""Where an order is: to its buyer, and to nobody else."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from actions.formats import money
from actions.items import items_of
from actions.order_ability import OrderAbility
from actions.question import Question
from actions.reply import Answer, Step, Timeline
from actions.turn import Turn
from rapport.store.orders import Order, latest_orders

SHOWN = 2
NAMED_PRODUCTS = 3
STEPS = ("placed", "paid", "shipped", "delivered")
DATED = frozenset(STEPS) - {"paid"}


class ActionOrderStatus(OrderAbility):
    """The order that is named; a signed-in customer who names none hears of her newest ones."""

    called = "order_status"

    def fits(self, order: Order, turn: Turn) -> bool:
        """Any could be meant: all of the newest are told."""
        return False

    async def choose(self, session: AsyncSession, turn: Turn, question: Question) -> Order | Answer | None:
        """All at once, instead of asking which."""
        orders = await latest_orders(session, turn.customer_id or 0, limit=SHOWN)
        if not orders:
            return await super().choose(session, turn, question)
        texts = tuple([await self._describe(session, order, turn) for order in orders])
        return Answer(texts, timelines=tuple(self._timeline(order, turn) for order in orders))

    async def about(self, session: AsyncSession, turn: Turn, order: Order, question: Question) -> Answer:
        """Where it is."""
        return Answer((await self._describe(session, order, turn),), timelines=(self._timeline(order, turn),))

    async def _describe(self, session: AsyncSession, order: Order, turn: Turn) -> str:
        """A sentence on where it is, one on what is in it, one on the parcel."""
        names = ("placed", "shipped", "delivered", "cancelled")
        dates = {name: self.date(order, f"{name}_at", turn) for name in names}
        total = money(order.total_minor, order.currency, turn.language)
        sentences = [self.say(f"order.{order.status}", turn, number=order.number, total=total, **dates)]
        contents = await self._contents(session, order, turn)
        if contents:
            sentences.append(contents)
        if order.tracking_number:
            carrier = order.carrier or self.say("order.carrier", turn)
            sentences.append(self.say("order.tracking", turn, carrier=carrier, tracking=order.tracking_number))
        return "\n".join(sentences)

    def _timeline(self, order: Order, turn: Turn) -> Timeline:
        """Where it stands, at a glance. That it was paid is known, not when."""
        cancelled = order.status == "cancelled"
        reached = STEPS.index(order.status) if not cancelled else 0
        steps = [
            Step(
                self.say(f"step.{name}", turn),
                self.date(order, f"{name}_at", turn) if number <= reached and name in DATED else "",
                done=number <= reached,
            )
            for number, name in enumerate(STEPS)
        ]
        if cancelled:
            steps[1:] = [Step(self.say("step.cancelled", turn), self.date(order, "cancelled_at", turn), done=True)]
        return Timeline(order.number, tuple(steps))

    async def _contents(self, session: AsyncSession, order: Order, turn: Turn) -> str:
        names = [item.name for item in await items_of(session, order, turn)]
        if not names:
            return ""
        more = "order.contents_more" if len(names) > NAMED_PRODUCTS else "order.contents"
        listed = self.say("list.comma", turn).join(names[:NAMED_PRODUCTS])
        return self.say(more, turn, products=listed, count=len(names))
