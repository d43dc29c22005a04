"""Who bought what and when: the rows recommendations are learned from and given on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BindParameter, Integer, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.base import UtcDateTime
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
    rows = await session.execute(_PURCHASES, {"customer": customer_id, "before": before, "count": limit})
    return [Purchase(product, at) for product, at in rows]


# A chat waits for these: built once, because building one takes longer than running it.
CUSTOMER: BindParameter[int] = bindparam("customer")
SINCE, BEFORE = bindparam("since", type_=UtcDateTime()), bindparam("before", type_=UtcDateTime())
COUNT: BindParameter[int] = bindparam("count", type_=Integer)
_LAST_BOUGHT, _LAST_VIEWED = func.max(Order.placed_at), func.max(Event.at)
_PURCHASES = (
    select(OrderLine.product_id, _LAST_BOUGHT)
    .join(Order, Order.id == OrderLine.order_id)
    .where(Order.customer_id == CUSTOMER, Order.placed_at < BEFORE, standing(BEFORE))
    .group_by(OrderLine.product_id)
    .order_by(_LAST_BOUGHT.desc(), OrderLine.product_id)
    .limit(COUNT)
)
_VIEWED = (
    select(Product.id)
    .join(Event, Event.properties["sku"].as_string() == Product.sku)
    .where(Event.customer_id == CUSTOMER, Event.name == "product_viewed", Event.at >= SINCE, Event.at < BEFORE)
    .group_by(Product.id)
    .order_by(_LAST_VIEWED.desc(), Product.id)
    .limit(COUNT)
)
_ON_SALE = select(Product.id, Product.category).where(Product.active, Product.stock > 0).order_by(Product.id)
_ON_SALE_AMONG = _ON_SALE.where(Product.id.in_(bindparam("among", expanding=True)))
_ON_SHELF = _ON_SALE.where(Product.category == bindparam("category"))


async def products_viewed(
    session: AsyncSession, customer_id: int, *, since: datetime, before: datetime, limit: int = 20
) -> list[int]:
    """The products the customer looked at, the latest first, each once."""
    values = {"customer": customer_id, "since": since, "before": before, "count": limit}
    return list(await session.scalars(_VIEWED, values))


async def on_sale(
    session: AsyncSession, *, among: Sequence[int] | None = None, category: str | None = None
) -> dict[int, str | None]:
    """Active products in stock (of these ids, or of this category) and their category, in the catalogue's order."""
    if category is not None:
        rows = await session.execute(_ON_SHELF, {"category": category})
    elif among is not None:
        rows = await session.execute(_ON_SALE_AMONG, {"among": list(among)})
    else:
        rows = await session.execute(_ON_SALE)
    return dict(rows.all())
