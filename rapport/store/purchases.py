"""Who bought what and when: the rows recommendations are learned from and given on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.events import Event
from rapport.store.features import standing
from rapport.store.orders import Order, OrderLine
from rapport.store.products import Product

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Purchase:
    """A product a customer has bought, by the latest time she did."""

    product_id: int
    at: datetime


async def orders_between(session: AsyncSession) -> tuple[datetime, datetime] | None:
    """When the first and the newest order were placed; None where there is none."""
    row = (await session.execute(select(func.min(Order.placed_at), func.max(Order.placed_at)))).one()
    return None if row[0] is None else (row[0], row[1])


async def customers_who_ordered(session: AsyncSession, since: datetime, until: datetime) -> set[int]:
    """Customers with an order placed in [since, until) that was not cancelled before `until`."""
    statement = select(Order.customer_id).where(Order.placed_at >= since, Order.placed_at < until, standing(until))
    return set(await session.scalars(statement.where(Order.customer_id.is_not(None)).distinct()))


async def purchases_before(session: AsyncSession, as_of: datetime) -> pd.DataFrame:
    """One row per customer and product bought before `as_of`: customer_id, product_id, age_days of the latest."""
    import pandas as pd

    statement = (
        select(Order.customer_id, OrderLine.product_id, func.max(Order.placed_at))
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.placed_at < as_of, standing(as_of), Order.customer_id.is_not(None))
        .group_by(Order.customer_id, OrderLine.product_id)
        .order_by(Order.customer_id, OrderLine.product_id)
    )
    rows = (await session.execute(statement)).all()
    ages = [(customer, product, (as_of - at).total_seconds() / 86_400) for customer, product, at in rows]
    return pd.DataFrame(ages, columns=["customer_id", "product_id", "age_days"])


async def purchases_of(
    session: AsyncSession, customer_id: int, *, before: datetime, limit: int = 200
) -> list[Purchase]:
    """What the customer has bought, the latest first."""
    newest = func.max(Order.placed_at)
    statement = (
        select(OrderLine.product_id, newest)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.customer_id == customer_id, Order.placed_at < before, standing(before))
        .group_by(OrderLine.product_id)
        .order_by(newest.desc(), OrderLine.product_id)
        .limit(limit)
    )
    return [Purchase(product, at) for product, at in (await session.execute(statement))]


async def products_viewed(
    session: AsyncSession, customer_id: int, *, since: datetime, before: datetime, limit: int = 20
) -> list[int]:
    """The products the customer looked at, the latest first, each once."""
    newest = func.max(Event.at)
    statement = (
        select(Product.id)
        .join(Event, Event.properties["sku"].as_string() == Product.sku)
        .where(Event.customer_id == customer_id, Event.name == "product_viewed", Event.at >= since, Event.at < before)
        .group_by(Product.id)
        .order_by(newest.desc(), Product.id)
        .limit(limit)
    )
    return list(await session.scalars(statement))


async def on_sale(
    session: AsyncSession, *, among: Sequence[int] | None = None, category: str | None = None
) -> dict[int, str | None]:
    """Active products in stock (of these ids, of this category) and their category, in the catalogue's order."""
    statement = select(Product.id, Product.category).where(Product.active, Product.stock > 0)
    if among is not None:
        statement = statement.where(Product.id.in_(list(among)))
    if category is not None:
        statement = statement.where(Product.category == category)
    return dict((await session.execute(statement.order_by(Product.id))).all())
