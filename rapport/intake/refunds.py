"""Refunds of an order file: one per invoice and product, matched to the order it takes back where it can be."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.intake.inserting import insert_rows
from rapport.intake.report import Report
from rapport.intake.staging import Group
from rapport.intake.values import MOST
from rapport.store.events import EventRow, add_events
from rapport.store.orders import Order, OrderLine, Refund

CUSTOMERS = 20
CustomerProduct = tuple[int | None, int]


class _Draft(NamedTuple):
    number: str
    customer: int | None
    product: int
    quantity: int
    amount: int
    at: datetime
    lines: list[int]


class _Bought(NamedTuple):
    """A product as an order had it; `left` is what has not been taken back yet."""

    order: int
    number: str
    at: datetime
    left: int


class RefundWriter:
    """Writes refunds, chunk by chunk, after the orders of the same file."""

    def __init__(self, report: Report, *, currency: str, now: datetime) -> None:
        self._report, self._currency, self._now = report, currency, now

    async def write(
        self, session: AsyncSession, groups: list[Group], products: dict[str, int], customers: list[int | None]
    ) -> None:
        drafts = [
            draft
            for group, customer in zip(groups, customers, strict=True)
            for draft in _drafts(group, customer, products)
        ]
        new = await self._unknown(session, drafts)
        bought = await _bought(session, new)
        rows, events = [], []
        for draft in new:
            match = _match(draft, bought)
            rows.append(_row(draft, match))
            if draft.customer:
                events.append(self._event(draft, match))
            self._report.take(1, merged=len(draft.lines) - 1)
            self._report.created.update(refunds=1, refunds_with_order=1 if match else 0)
        await insert_rows(session, Refund, rows)
        await add_events(session, events)

    async def _unknown(self, session: AsyncSession, drafts: list[_Draft]) -> list[_Draft]:
        """The refunds that are not here yet; the others are counted, or refused where they say something else."""
        here = select(Refund.number, Refund.amount_minor)
        rows = await session.execute(here.where(Refund.number.in_([draft.number for draft in drafts])))
        known = dict(rows.all())
        for draft in drafts:
            if draft.number in known and known[draft.number] == draft.amount:
                self._report.know(len(draft.lines))
            elif draft.number in known or draft.amount > MOST:
                detail = f"refund {draft.number} is here already, or too large, with another amount."
                self._report.refuse_all(draft.lines, column="", reason="refund_differs", detail=detail)
        return [draft for draft in drafts if draft.number not in known and draft.amount <= MOST]

    def _event(self, draft: _Draft, match: _Bought | None) -> EventRow:
        properties = {"number": match.number if match else None, "amount_minor": draft.amount}
        key = f"order_refunded:{draft.number}"
        return EventRow("order_refunded", draft.customer, draft.at, self._now, properties, key)


def _drafts(group: Group, customer: int | None, products: dict[str, int]) -> list[_Draft]:
    """One per product: the source does not number the lines of an invoice, so (invoice, product) is the key."""
    rows: defaultdict[str, list[tuple[int, list[Any]]]] = defaultdict(list)
    for line, body in zip(group.lines, group.bodies, strict=True):
        rows[body[0]].append((line, body))
    drafts = []
    for sku, found in rows.items():
        bodies = [body for _, body in found]
        quantity = sum(body[1] for body in bodies)
        amount = sum(body[1] * body[2] for body in bodies)
        at = datetime.fromisoformat(min(body[3] for body in bodies))
        lines = [line for line, _ in found]
        drafts.append(_Draft(f"{group.key}/{sku}", customer, products[sku], quantity, amount, at, lines))
    return drafts


async def _bought(session: AsyncSession, drafts: list[_Draft]) -> dict[CustomerProduct, list[_Bought]]:
    """What these customers bought of these products, newest first, less what was taken back already.

    Asked for a few customers at a time: everybody's orders of everything anybody returned would be far too many.
    """
    by_customer: defaultdict[int, set[int]] = defaultdict(set)
    for draft in drafts:
        if draft.customer is not None:
            by_customer[draft.customer].add(draft.product)
    bought: dict[CustomerProduct, list[_Bought]] = {}
    customers = list(by_customer)
    for first in range(0, len(customers), CUSTOMERS):
        some = customers[first : first + CUSTOMERS]
        bought |= await _bought_by(session, some, set().union(*(by_customer[customer] for customer in some)))
    return bought


async def _bought_by(session: AsyncSession, who: list[int], what: set[int]) -> dict[CustomerProduct, list[_Bought]]:
    back = select(Refund.order_id, Refund.product_id, func.sum(Refund.quantity)).where(Refund.customer_id.in_(who))
    back = back.where(Refund.order_id.is_not(None)).group_by(Refund.order_id, Refund.product_id)
    taken = await session.execute(back)
    returned = {(order, product): quantity for order, product, quantity in taken}
    columns = (Order.customer_id, OrderLine.product_id, Order.id, Order.number, Order.placed_at)
    lines = select(*columns, func.sum(OrderLine.quantity)).join(OrderLine, OrderLine.order_id == Order.id)
    lines = lines.where(Order.customer_id.in_(who), OrderLine.product_id.in_(what)).group_by(*columns)
    bought: defaultdict[CustomerProduct, list[_Bought]] = defaultdict(list)
    rows = await session.execute(lines.order_by(Order.placed_at.desc(), Order.id.desc()))
    for customer, product, order, number, at, quantity in rows:
        left = int(quantity) - int(returned.get((order, product), 0))
        bought[customer, product].append(_Bought(order, number, at, left))
    return bought


def _match(draft: _Draft, bought: dict[CustomerProduct, list[_Bought]]) -> _Bought | None:
    """The customer's latest earlier order that still has as many pieces left; else the latest with any left."""
    if draft.customer is None:
        return None
    mine = bought.get((draft.customer, draft.product), [])
    earlier = [place for place, order in enumerate(mine) if order.at <= draft.at and order.left > 0]
    enough = [place for place in earlier if mine[place].left >= draft.quantity]
    chosen = next(iter(enough or earlier), None)
    if chosen is None:
        return None
    match = mine[chosen]
    mine[chosen] = match._replace(left=max(0, match.left - draft.quantity))
    return match


def _row(draft: _Draft, match: _Bought | None) -> dict[str, object]:
    return {
        "number": draft.number,
        "customer_id": draft.customer,
        "order_id": match.order if match else None,
        "product_id": draft.product,
        "quantity": draft.quantity,
        "amount_minor": draft.amount,
        "at": draft.at,
    }
