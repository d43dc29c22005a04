from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.conversion import FEATURES
from models.segmentation import RFM, RULED
from rapport.store.customers import add_customer
from rapport.store.database import Database
from rapport.store.events import add_event
from rapport.store.features import NAMES, customer_features, features_of, known_customers
from rapport.store.orders import Order, Refund

NOTHING = {
    "recency_days": 730.0,
    "first_order_days": 730.0,
    "revenue": 0.0,
    "tenure_days": 10.0,
    "revenue_90d": 0.0,
    "mean_basket": 0.0,
    "days_since_visit": 365.0,
    "orders": 0.0,
    "orders_90d": 0.0,
    "refunds": 0.0,
    "visits_30d": 0.0,
    "visits_90d": 0.0,
    "product_views_30d": 0.0,
    "cart_updates_30d": 0.0,
    "searches_30d": 0.0,
    "chats_90d": 0.0,
    "messages_sent_90d": 0.0,
    "messages_clicked_90d": 0.0,
}


async def customer(session: AsyncSession, now: datetime, *, days: float = 10) -> int:
    return (await add_customer(session, {}, now=now - timedelta(days=days))).id


async def order(
    session: AsyncSession,
    customer_id: int,
    at: datetime,
    *,
    total: int = 1000,
    cancelled_at: datetime | None = None,
    status: str = "placed",
) -> None:
    row = Order(number=f"{customer_id}-{at.isoformat()}", customer_id=customer_id, currency="CNY", total_minor=total)
    row.placed_at, row.cancelled_at, row.status = at, cancelled_at, status
    session.add(row)
    await session.flush()


async def event(session: AsyncSession, customer_id: int, name: str, at: datetime, **properties: Any) -> None:
    await add_event(session, name, customer_id=customer_id, at=at, properties=properties)


def test_features_have_what_the_models_ask_for() -> None:
    assert set(FEATURES) | set(RFM) | set(RULED) <= set(NAMES)


async def test_features_of_a_customer_who_did_nothing(database: Database, now: datetime) -> None:
    async with database.session() as session:
        id_ = await customer(session, now)
        assert await features_of(session, as_of=now) == {id_: NOTHING}


async def test_features_of_nobody_keep_their_columns(database: Database, now: datetime) -> None:
    async with database.reading() as session:
        frame = await customer_features(session, as_of=now)
        assert (len(frame), tuple(frame.columns), frame.index.name) == (0, NAMES, "customer_id")


async def test_orders_count_by_their_age(database: Database, now: datetime) -> None:
    async with database.session() as session:
        id_ = await customer(session, now, days=200)
        await order(session, id_, now - timedelta(days=120), total=1050)
        await order(session, id_, now - timedelta(days=12), total=2000)
        session.add(Refund(number="r1", customer_id=id_, amount_minor=500, at=now - timedelta(days=5)))
        features = (await features_of(session, as_of=now))[id_]
    assert features == {
        **NOTHING,
        "tenure_days": 200.0,
        "recency_days": 12.0,
        "first_order_days": 120.0,
        "orders": 2.0,
        "revenue": 30.5,
        "mean_basket": 15.25,
        "orders_90d": 1.0,
        "revenue_90d": 20.0,
        "refunds": 1.0,
    }


async def test_events_count_by_name_and_age(database: Database, now: datetime) -> None:
    async with database.session() as session:
        id_ = await customer(session, now)
        for name, days in (
            ("page_viewed", 2.0),
            ("product_viewed", 2.0),
            ("product_viewed", 40.0),
            ("cart_updated", 5.0),
            ("products_searched", 5.0),
            ("chat_started", 80.0),
            ("message_sent", 80.0),
            ("message_sent", 91.0),
            ("message_sent", 1.0),
        ):
            await event(session, id_, name, now - timedelta(days=days))
        features = (await features_of(session, as_of=now))[id_]
    assert features == {
        **NOTHING,
        "days_since_visit": 2.0,
        "visits_30d": 2.0,
        "visits_90d": 3.0,
        "product_views_30d": 1.0,
        "cart_updates_30d": 1.0,
        "searches_30d": 1.0,
        "chats_90d": 1.0,
        "messages_sent_90d": 2.0,
    }


async def test_only_people_click(database: Database, now: datetime) -> None:
    async with database.session() as session:
        id_ = await customer(session, now)
        for actor in ("human", "machine", "unknown"):
            await event(session, id_, "message_clicked", now - timedelta(days=1), actor=actor)
        await event(session, id_, "message_clicked", now - timedelta(days=1))
        assert (await features_of(session, as_of=now))[id_]["messages_clicked_90d"] == 1.0


async def test_what_happens_at_the_moment_or_later_is_not_known(database: Database, now: datetime) -> None:
    async with database.session() as session:
        id_ = await customer(session, now)
        for later in (timedelta(0), timedelta(seconds=1), timedelta(days=3)):
            await order(session, id_, now + later)
            await event(session, id_, "page_viewed", now + later)
            session.add(Refund(number=f"r{later}", customer_id=id_, amount_minor=500, at=now + later))
        await customer(session, now, days=0)
        assert await features_of(session, as_of=now) == {id_: NOTHING}
        assert await known_customers(session, as_of=now) == [id_]


async def test_cancelled_orders_count_until_they_were_cancelled(database: Database, now: datetime) -> None:
    async with database.session() as session:
        id_ = await customer(session, now)
        await order(session, id_, now - timedelta(days=4), cancelled_at=now + timedelta(days=1), status="cancelled")
        await order(session, id_, now - timedelta(days=3), cancelled_at=now - timedelta(days=1), status="cancelled")
        await order(session, id_, now - timedelta(days=2), status="cancelled")
        features = (await features_of(session, as_of=now))[id_]
    assert (features["orders"], features["recency_days"]) == (1.0, 4.0)


async def test_customer_is_known_from_her_first_order_though_registered_later(
    database: Database, now: datetime
) -> None:
    async with database.session() as session:
        id_ = await customer(session, now, days=-50)
        await order(session, id_, now - timedelta(days=20))
        features = await features_of(session, as_of=now)
        assert features[id_]["tenure_days"] == 20.0
        assert await known_customers(session, as_of=now) == [id_]


async def test_one_customer_asked_alone_has_the_row_she_has_among_all(database: Database, now: datetime) -> None:
    async with database.session() as session:
        ids = [await customer(session, now, days=30 + number) for number in range(3)]
        for number, id_ in enumerate(ids):
            for day in range(1, number + 2):
                await order(session, id_, now - timedelta(days=day), total=100 * day)
                await event(session, id_, "page_viewed", now - timedelta(days=day))
        everybody = await customer_features(session, as_of=now)
        alone = [await customer_features(session, as_of=now, customer_ids=[id_]) for id_ in ids]
    assert everybody.index.tolist() == ids
    assert [frame.loc[id_].to_dict() for frame, id_ in zip(alone, ids, strict=True)] == [
        everybody.loc[id_].to_dict() for id_ in ids
    ]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
async def test_days_of_visits_are_days_in_utc(database: Database, now: datetime, zone: str) -> None:
    async with database.session() as session:
        if not database.is_sqlite:
            await session.execute(text(f"SET LOCAL TIME ZONE '{zone}'"))
        id_ = await customer(session, now)
        for hour in (1, 12, 23):
            await event(session, id_, "page_viewed", (now - timedelta(days=2)).replace(hour=hour))
        assert (await features_of(session, as_of=now))[id_]["visits_30d"] == 1.0
