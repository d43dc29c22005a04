"""What is known of customers at a moment, as numbers: nothing that happened at or after it is counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, and_, bindparam, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.base import UtcDateTime
from rapport.store.customers import Customer
from rapport.store.events import Event
from rapport.store.orders import Order, Refund

if TYPE_CHECKING:  # a chat asks for one customer's numbers and is quicker without pandas
    import pandas as pd

# Longest looked back: what is older, or never was, counts as this many days ago.
ORDER_DAYS, VISIT_DAYS = 730.0, 365.0
VISITS = ("page_viewed", "product_viewed", "products_searched", "cart_updated", "checkout_started")
MINOR = 100.0
Features = dict[str, float]


async def customer_features(
    session: AsyncSession, *, as_of: datetime, customer_ids: Sequence[int] | None = None
) -> pd.DataFrame:
    """One row per customer known before `as_of` (all of them, or those asked for), indexed by customer_id, rising.

    Days are fractions of 24 h, money is in major units; every value is finite. A customer without orders has
    recency_days, first_order_days of 730, one without visits days_since_visit of 365: the most there can be.
    """
    import pandas as pd

    rows = await features_of(session, as_of=as_of, customer_ids=customer_ids)
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(_EMPTY), dtype="float64")
    return frame.rename_axis("customer_id").sort_index()


async def features_of(
    session: AsyncSession, *, as_of: datetime, customer_ids: Sequence[int] | None = None
) -> dict[int, Features]:
    """The same as plain numbers, by customer: what the online path asks."""
    moments = {name: as_of - timedelta(days=days) for name, days in _LOOKED_BACK.items()}
    if customer_ids is None:
        statement, chosen = _statement(session.get_bind().dialect.name, chosen=False), {}
    else:
        statement, chosen = _statement(session.get_bind().dialect.name, chosen=True), {"ids": list(customer_ids)}
    rows = await session.execute(statement, {**moments, **chosen})
    return {row.id: _numbers(row, as_of) for row in rows}


async def known_customers(session: AsyncSession, *, as_of: datetime) -> list[int]:
    """The ids of everybody `customer_features` has a row for."""
    ordered = select(Order.customer_id).where(Order.placed_at < as_of, standing(as_of))
    known = or_(Customer.registered_at < as_of, Customer.id.in_(ordered))
    return list(await session.scalars(select(Customer.id).where(known).order_by(Customer.id)))


_LOOKED_BACK = {"as_of": 0.0, "month": 30.0, "quarter": 90.0, "year": VISIT_DAYS}
AS_OF, MONTH, QUARTER, YEAR = (bindparam(name, type_=UtcDateTime()) for name in _LOOKED_BACK)
IDS: BindParameter[Any] = bindparam("ids", expanding=True)


# Kept because building it takes as long as running it for one customer.
@cache
def _statement(dialect: str, *, chosen: bool) -> Select[*tuple[Any, ...]]:
    parts = tuple(_chosen(part, chosen).subquery() for part in (_orders(), _refunds(), _events(dialect)))
    statement = select(Customer.id, Customer.registered_at)
    for part in parts:
        statement = statement.add_columns(*(column for column in part.c if column.key != "customer_id"))
        statement = statement.outerjoin(part, part.c.customer_id == Customer.id)
    statement = statement.where(or_(Customer.registered_at < AS_OF, parts[0].c.first_order_at.is_not(None)))
    return statement.where(Customer.id.in_(IDS)) if chosen else statement


def _chosen(part: Select[*tuple[Any, ...]], chosen: bool) -> Select[*tuple[Any, ...]]:
    """Grouped by customer, its first column; only those chosen, if they are."""
    customer = part.selected_columns[0]
    return part.where(customer.in_(IDS) if chosen else customer.is_not(None)).group_by(customer)


def _orders() -> Select[*tuple[Any, ...]]:
    recent = Order.placed_at >= QUARTER
    return select(
        Order.customer_id,
        func.count().label("orders"),
        func.sum(Order.total_minor).label("revenue"),
        func.max(Order.placed_at).label("last_order_at"),
        func.min(Order.placed_at).label("first_order_at"),
        _count_if(recent, "orders_90d"),
        func.sum(case((recent, Order.total_minor), else_=0)).label("revenue_90d"),
    ).where(Order.placed_at < AS_OF, standing(AS_OF))


def standing(as_of: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Orders not cancelled before `as_of`: a later cancellation could not be known then. One that says cancelled
    without saying when is taken to have been so from the start."""
    later = and_(Order.cancelled_at.is_not(None), Order.cancelled_at >= as_of)
    return or_(later, and_(Order.cancelled_at.is_(None), Order.status != "cancelled"))


def _refunds() -> Select[*tuple[Any, ...]]:
    return select(Refund.customer_id, func.count().label("refunds")).where(Refund.at < AS_OF)


def _events(dialect: str) -> Select[*tuple[Any, ...]]:
    day = func.date(func.timezone("UTC", Event.at) if dialect == "postgresql" else Event.at)
    visit = Event.name.in_(VISITS)
    # A machine that follows links is no sign of interest.
    clicked = and_(Event.name == "message_clicked", Event.properties["actor"].as_string() == "human")
    return select(
        Event.customer_id,
        func.max(case((visit, Event.at))).label("last_visit_at"),
        func.count(case((and_(visit, Event.at >= MONTH), day)).distinct()).label("visits_30d"),
        func.count(case((and_(visit, Event.at >= QUARTER), day)).distinct()).label("visits_90d"),
        _count_if(and_(Event.name == "product_viewed", Event.at >= MONTH), "product_views_30d"),
        _count_if(and_(Event.name == "cart_updated", Event.at >= MONTH), "cart_updates_30d"),
        _count_if(and_(Event.name == "products_searched", Event.at >= MONTH), "searches_30d"),
        _count_if(and_(Event.name == "chat_started", Event.at >= QUARTER), "chats_90d"),
        _count_if(and_(Event.name == "message_sent", Event.at >= QUARTER), "messages_sent_90d"),
        _count_if(and_(clicked, Event.at >= QUARTER), "messages_clicked_90d"),
    ).where(Event.at >= YEAR, Event.at < AS_OF)


def _count_if(condition: ColumnElement[bool], label: str) -> ColumnElement[int]:
    return func.count(case((condition, literal(1)))).label(label)


_COUNTS = (
    "orders",
    "orders_90d",
    "refunds",
    "visits_30d",
    "visits_90d",
    "product_views_30d",
    "cart_updates_30d",
    "searches_30d",
    "chats_90d",
    "messages_sent_90d",
    "messages_clicked_90d",
)


def _numbers(row: Row[Any], as_of: datetime) -> Features:
    known = row._mapping
    since = min(filter(None, (row.registered_at, row.first_order_at)))
    counts = {name: float(known[name] or 0) for name in _COUNTS}
    revenue = float(known["revenue"] or 0) / MINOR
    return {
        "recency_days": _days(row.last_order_at, as_of, most=ORDER_DAYS),
        "first_order_days": _days(row.first_order_at, as_of, most=ORDER_DAYS),
        "revenue": revenue,
        "tenure_days": max((as_of - since).total_seconds() / 86_400, 0.0),
        "revenue_90d": float(known["revenue_90d"] or 0) / MINOR,
        "mean_basket": revenue / max(counts["orders"], 1.0),
        "days_since_visit": _days(row.last_visit_at, as_of, most=VISIT_DAYS),
        **counts,
    }


def _days(at: datetime | None, as_of: datetime, *, most: float) -> float:
    return most if at is None else min((as_of - at).total_seconds() / 86_400, most)


_EMPTY: Features = {
    "recency_days": ORDER_DAYS,
    "first_order_days": ORDER_DAYS,
    "revenue": 0.0,
    "tenure_days": 0.0,
    "revenue_90d": 0.0,
    "mean_basket": 0.0,
    "days_since_visit": VISIT_DAYS,
    **dict.fromkeys(_COUNTS, 0.0),
}
NAMES = tuple(_EMPTY)
