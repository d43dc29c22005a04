"""Order files: a row per product of an order; refunds are the rows whose number the mapping says so of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.intake import people
from rapport.intake.inserting import insert_keyed, insert_rows
from rapport.intake.mapping import Mapping
from rapport.intake.reading import FieldError, Fields, need, take
from rapport.intake.refunds import RefundWriter
from rapport.intake.report import Report
from rapport.intake.staging import Group, Staged
from rapport.intake.values import MOST, email, minor_units, moment, text, whole_number
from rapport.store.events import EventRow, add_events
from rapport.store.orders import Order, OrderLine
from rapport.store.products import Product

ORDERS, REFUNDS = 0, 1
# A refund's number is the invoice's and the product's: both must fit the store's 80 characters.
LONGEST_REFUND = 79


@dataclass(slots=True)
class _Seen:
    """What a file says of a product: its names by how often, its latest price."""

    names: Counter[str]
    price_minor: int


class OrderImport:
    """Checks rows of order files, then writes whole orders."""

    chunk = 500

    def __init__(self, mapping: Mapping, report: Report, *, currency: str, now: datetime) -> None:
        self._mapping, self._report, self._now = mapping, report, now
        self._currency = mapping.currency or currency
        self._refund = re.compile(mapping.orders.refund) if mapping.orders.refund else None
        self._sku = re.compile(mapping.orders.sku)
        self._seen: dict[str, _Seen] = {}
        self._products: dict[str, int] | None = None
        self._zone = mapping.zone
        self._refunds = RefundWriter(report, currency=self._currency, now=now)

    def check(self, fields: Fields) -> Staged:
        number = need(fields, "number", text, longest=64)
        sku = need(fields, "sku", text, longest=64)
        if not self._sku.fullmatch(sku):
            right = f"a code that matches {self._sku.pattern}."
            raise FieldError("sku", "unknown_code", f"{sku!r} does not look like a product's code.", right)
        is_refund = self._refund is not None and self._refund.search(number) is not None
        if is_refund and len(number) + len(sku) > LONGEST_REFUND:
            raise FieldError("number", "too_long", "number and product code are too long together.", "79 characters.")
        quantity = _quantity(fields, is_refund=is_refund)
        price = _price(fields, quantity)
        at = need(fields, "placed_at", moment, self._mapping.date_format, self._zone).isoformat()
        country = take(fields, "country", text, longest=64)
        customer, address = take(fields, "customer", text, longest=320), take(fields, "email", email)
        body = [sku, quantity, price, at, customer, address, country]
        self._see(sku, take(fields, "name", text, longest=1000), price)
        return Staged(REFUNDS if is_refund else ORDERS, number, body)

    def _see(self, sku: str, name: str, price: int) -> None:
        seen = self._seen.get(sku)
        if seen is None:
            seen = self._seen[sku] = _Seen(Counter(), price)
        seen.price_minor = price
        if name:
            seen.names[name] += 1

    async def write(self, session: AsyncSession, groups: list[Group]) -> None:
        """One chunk of whole orders, or of refunds, in the caller's transaction."""
        products = await self._all_products(session)
        if groups[0].stage == REFUNDS:
            await self._refunds.write(session, groups, products, await self._customers(session, groups))
        else:
            await self._write_orders(session, groups, products)

    async def _all_products(self, session: AsyncSession) -> dict[str, int]:
        """Every product of the file by its code; those the shop does not have yet are made, without stock."""
        if self._products is None:
            self._products = dict((await session.execute(select(Product.sku, Product.id))).all())
            rows = [self._product(sku, seen) for sku, seen in self._seen.items() if sku not in self._products]
            self._products |= await insert_keyed(session, Product, rows, key="sku")
            self._report.created["products"] += len(rows)
        return self._products

    def _product(self, sku: str, seen: _Seen) -> dict[str, object]:
        name = seen.names.most_common(1)[0][0] if seen.names else sku
        names = {self._mapping.language or "en": name}
        return {"sku": sku, "price_minor": seen.price_minor, "names": names, "stock": 0, "active": True}

    async def _customers(self, session: AsyncSession, groups: list[Group]) -> list[int | None]:
        """The customer of each group, None where the file names nobody."""
        sightings = [_sighting(group) for group in groups]
        named = [sighting for sighting in sightings if sighting]
        ids, made = await people.ensure(session, named, now=self._now)
        self._report.created["customers"] += made
        found = iter(ids)
        return [next(found) if sighting else None for sighting in sightings]

    async def _write_orders(self, session: AsyncSession, groups: list[Group], products: dict[str, int]) -> None:
        drafts = [draft for draft in map(self._draft, groups) if self._fits(draft)]
        here = select(Order.number, Order.total_minor, Order.placed_at)
        rows = await session.execute(here.where(Order.number.in_([draft.number for draft in drafts])))
        known = {number: (total, at) for number, total, at in rows}
        new = [draft for draft in drafts if draft.number not in known]
        for draft in drafts:
            if draft.number in known:
                self._know(draft, known[draft.number])
        if new:
            await self._insert(session, new, products)

    def _draft(self, group: Group) -> _Draft:
        bodies = group.bodies
        if self._mapping.orders.identical_rows == "drop":
            bodies = [list(body) for body in dict.fromkeys(map(tuple, bodies))]
        lines: Counter[tuple[str, int]] = Counter()
        for sku, quantity, price, *_ in bodies:
            lines[sku, price] += quantity
        total = sum(quantity * price for (_, price), quantity in lines.items())
        placed_at = datetime.fromisoformat(min(body[3] for body in bodies))
        return _Draft(group, group.key, placed_at, total, lines)

    def _fits(self, draft: _Draft) -> bool:
        if draft.total <= MOST:
            return True
        detail = f"order {draft.number} amounts to {draft.total / 100:,.2f}."
        self._refuse(draft, "unit_price", "not_an_amount", detail, f"at most {MOST / 100:,.2f}.")
        return False

    def _know(self, draft: _Draft, known: tuple[int, datetime]) -> None:
        if known == (draft.total, draft.placed_at):
            self._report.know(len(draft.group.lines))
            return
        was = f"{known[0] / 100:,.2f} of {known[1]:%Y-%m-%d %H:%M} UTC"
        now = f"{draft.total / 100:,.2f} of {draft.placed_at:%Y-%m-%d %H:%M} UTC"
        detail = f"order {draft.number} is here already with {was}, the file says {now}."
        self._refuse(draft, "number", "order_differs", detail, "the same order, or a number of its own.")

    def _refuse(self, draft: _Draft, field: str, reason: str, detail: str, right: str) -> None:
        column = self._mapping.columns[field]
        self._report.refuse_all(draft.group.lines, column=column, reason=reason, detail=detail, right=right)

    async def _insert(self, session: AsyncSession, drafts: list[_Draft], products: dict[str, int]) -> None:
        customers = await self._customers(session, [draft.group for draft in drafts])
        rows = [self._order(draft, customer) for draft, customer in zip(drafts, customers, strict=True)]
        ids = await insert_keyed(session, Order, rows, key="number")
        lines = [line for draft in drafts for line in draft.rows(ids[draft.number], products)]
        await insert_rows(session, OrderLine, lines)
        await add_events(session, [_placed(row, self._now) for row in rows if row["customer_id"]])
        for draft in drafts:
            self._report.take(len(draft.lines), merged=len(draft.group.lines) - len(draft.lines))
        self._report.created.update(orders=len(rows), order_lines=len(lines))

    def _order(self, draft: _Draft, customer: int | None) -> dict[str, Any]:
        return {
            "number": draft.number,
            "customer_id": customer,
            "status": "placed",
            "currency": self._currency,
            "total_minor": draft.total,
            "placed_at": draft.placed_at,
        }


@dataclass(frozen=True, slots=True)
class _Draft:
    """An order as the file has it; `lines` is (code, price of one) → quantity."""

    group: Group
    number: str
    placed_at: datetime
    total: int
    lines: Counter[tuple[str, int]]

    def rows(self, order: int, products: dict[str, int]) -> Iterator[dict[str, int]]:
        for (sku, price), quantity in self.lines.items():
            yield {"order_id": order, "product_id": products[sku], "quantity": quantity, "unit_price_minor": price}


def _placed(order: dict[str, Any], now: datetime) -> EventRow:
    properties = {key: order[key] for key in ("number", "total_minor", "currency")}
    key = f"order_placed:{order['number']}"
    return EventRow("order_placed", order["customer_id"], order["placed_at"], now, properties, key)


def _quantity(fields: Fields, *, is_refund: bool) -> int:
    quantity: int = need(fields, "quantity", whole_number)
    if is_refund:
        if quantity >= 0:
            raise FieldError("quantity", "quantity_not_negative", f"{quantity} is taken back.", "less than 0.")
        return -quantity
    if quantity <= 0:
        raise FieldError("quantity", "quantity_not_positive", f"{quantity} is no quantity sold.", "more than 0.")
    return quantity


def _price(fields: Fields, quantity: int) -> int:
    price: int = need(fields, "unit_price", minor_units)
    if price <= 0:
        raise FieldError("unit_price", "price_not_positive", f"one costs {fields['unit_price']}.", "at least 0.01.")
    if price * quantity > MOST:
        raise FieldError("unit_price", "not_an_amount", "the amount is too large.", f"at most {MOST / 100:,.2f}.")
    return price


def _sighting(group: Group) -> people.Sighting | None:
    """Who placed the order: the first row that names somebody."""
    for _, _, _, at, customer, address, country in group.bodies:
        named: list[people.Named] = []
        if customer:
            named.append(("external_id", customer))
        if address:
            named.append(("email", address))
        if named:
            return people.Sighting(tuple(named), datetime.fromisoformat(at), country or None)
    return None
