"""Where an order is: to its buyer, and to nobody else."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.cards import name_of
from actions.formats import day, money
from actions.proof import belongs_to
from actions.reply import Answer
from actions.turn import Turn
from rapport.store.orders import Order, find_order, latest_orders
from rapport.store.products import products_by_id

SHOWN = 2
NAMED_PRODUCTS = 3


class ActionOrderStatus(Ability):
    """A signed-in customer's own orders; anybody else must name the order and an address or number of its buyer.

    An order that does not exist and one that is another's are answered alike.
    """

    called = "order_status"
    awaits = frozenset({"order_id", "email", "phone"})

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """The order that was named, else the newest ones."""
        if turn.customer_id is None or turn.named("email") or turn.named("phone"):
            return await self._to_a_stranger(session, turn)
        numbers = turn.named("order_id")
        if not numbers:
            return await self._newest(session, turn, turn.customer_id)
        order = await _find(session, numbers[0])
        if order is None or order.customer_id != turn.customer_id:
            return Answer(
                (self.say("order.not_yours", turn, number=numbers[0]),), remember={"asked_for": self.called}
            )
        return Answer((await self._describe(session, order, turn),))

    async def _newest(self, session: AsyncSession, turn: Turn, customer_id: int) -> Answer:
        orders = await latest_orders(session, customer_id, limit=SHOWN)
        if not orders:
            return Answer((self.say("order.none", turn),))
        return Answer(tuple([await self._describe(session, order, turn) for order in orders]))

    async def _to_a_stranger(self, session: AsyncSession, turn: Turn) -> Answer:
        number, email, phone = turn.known("order_id"), turn.known("email"), turn.known("phone")
        if not number or not (email or phone):
            pieces = {"order_id": number, "email": email, "phone": phone}
            return Answer((self.say(_missing(number), turn),), remember={**pieces, "asked_for": self.called})
        order = await _find(session, number)
        if order is None or not await belongs_to(session, order.customer_id, email=email, phone=phone):
            forgotten = {"order_id": None, "email": None, "phone": None}
            return Answer((self.say("order.no_match", turn),), remember={**forgotten, "asked_for": self.called})
        return Answer((await self._describe(session, order, turn),))

    async def _describe(self, session: AsyncSession, order: Order, turn: Turn) -> str:
        """A sentence on where it is, one on what is in it, one on the parcel."""
        dates = {
            name: day(moment, turn.language, turn.time_zone) if moment else "–"
            for name, moment in (
                ("placed", order.placed_at),
                ("shipped", order.shipped_at),
                ("delivered", order.delivered_at),
                ("cancelled", order.cancelled_at),
            )
        }
        total = money(order.total_minor, order.currency, turn.language)
        sentences = [self.say(f"order.{order.status}", turn, number=order.number, total=total, **dates)]
        contents = await self._contents(session, order, turn)
        if contents:
            sentences.append(contents)
        if order.tracking_number:
            carrier = order.carrier or self.say("order.carrier", turn)
            sentences.append(self.say("order.tracking", turn, carrier=carrier, tracking=order.tracking_number))
        return "\n".join(sentences)

    async def _contents(self, session: AsyncSession, order: Order, turn: Turn) -> str:
        await session.refresh(order, ["lines"])
        products = await products_by_id(session, {line.product_id for line in order.lines})
        names = [name_of(products[line.product_id], turn) for line in order.lines if line.product_id in products]
        if not names:
            return ""
        more = "order.contents_more" if len(names) > NAMED_PRODUCTS else "order.contents"
        listed = self.say("list.comma", turn).join(names[:NAMED_PRODUCTS])
        return self.say(more, turn, products=listed, count=len(names))


async def _find(session: AsyncSession, written: str) -> Order | None:
    number = written.strip().lstrip("#")
    return await find_order(session, number) or await find_order(session, number.upper())


def _missing(number: str | None) -> str:
    return "order.ask_contact" if number else "order.ask_both"
