from __future__ import annotations

from datetime import datetime

import pytest

from tests.actions.open_orders import add_order, prove, ticket_texts, tickets
from tests.actions.rasa_calls import Rasa, entity
from tests.actions.small_shop import KNOWN, Shop


@pytest.mark.parametrize(
    ("status", "days_ago", "text", "trouble"),
    [
        ("shipped", 9, "怎么还没到", "late"),
        ("shipped", 9, "my parcel is late and the box looks crushed", "damaged"),
        ("shipped", 2, "快递好像丢了", "lost"),
        ("paid", 4, "怎么还不发货", "late"),
        ("delivered", 6, "我没收到货", "lost"),
        ("delivered", 6, "杯子碎了", "damaged"),
        ("delivered", 6, "you sent the wrong colour", "wrong"),
        ("delivered", 6, "少了一个杯盖", "missing"),
    ],
)
async def test_trouble_becomes_a_ticket_that_says_which(
    rasa: Rasa, shop: Shop, now: datetime, status: str, days_ago: int, text: str, trouble: str
) -> None:
    await add_order(shop, "HM-1", status, now, days_ago=days_ago)
    named = [entity("order_id", "HM-1")]
    await rasa.asks("delivery_problem", f"HM-1 {text}", by=KNOWN, entities=named)
    assert await tickets(shop) == [("delivery", "HM-1", shop.mei)]
    assert await ticket_texts(shop) == [f"HM-1: {trouble}\nHM-1 {text}"]


@pytest.mark.parametrize(("status", "days_ago"), [("shipped", 4), ("paid", 1)])
async def test_what_is_within_its_time_is_reported_only_if_she_wants(
    rasa: Rasa, shop: Shop, now: datetime, status: str, days_ago: int
) -> None:
    await add_order(shop, "HM-1", status, now, days_ago=days_ago)
    named = [entity("order_id", "HM-1")]
    await rasa.asks("delivery_problem", "HM-1 还没到", by=KNOWN, entities=named)
    before = await tickets(shop)
    await rasa.asks("answer", "好", intent="affirm", by=KNOWN)
    assert (before, await tickets(shop)) == ([], [("delivery", "HM-1", shop.mei)])


async def test_what_she_adds_is_on_the_ticket(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "shipped", now, days_ago=4)
    named = [entity("order_id", "HM-1")]
    await rasa.asks("delivery_problem", "HM-1 还没到", by=KNOWN, entities=named)
    await rasa.asks("delivery_problem", "显示已签收，可我没拿到", by=KNOWN)
    assert await ticket_texts(shop) == ["HM-1: lost\nHM-1 还没到\n显示已签收，可我没拿到"]


@pytest.mark.parametrize("status", ["placed", "cancelled"])
async def test_what_is_not_on_its_way_is_explained(rasa: Rasa, shop: Shop, now: datetime, status: str) -> None:
    await add_order(shop, "HM-1", status, now, days_ago=5)
    named = [entity("order_id", "HM-1")]
    await rasa.asks("delivery_problem", "HM-1 丢了吗", by=KNOWN, entities=named)
    assert await tickets(shop) == []


async def test_of_what_arrived_she_is_asked_what_is_wrong(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=6)
    named = [entity("order_id", "HM-1")]
    await rasa.asks("delivery_problem", "HM-1 的包裹有问题", by=KNOWN, entities=named)
    before = await tickets(shop)
    await rasa.asks("answer", "味道怪怪的", intent="complaint", by=KNOWN)
    assert (before, await ticket_texts(shop)) == ([], ["HM-1: other\nHM-1 的包裹有问题\n味道怪怪的"])


async def test_more_of_the_same_order_is_added(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=6)
    for text in ("杯子碎了", "还少了一个杯盖", "杯子碎了"):
        named = [entity("order_id", "HM-1")]
        await rasa.asks("delivery_problem", text, by=KNOWN, entities=named)
    assert await ticket_texts(shop) == ["HM-1: damaged\n杯子碎了\nHM-1: missing\n还少了一个杯盖"]


async def test_nothing_without_a_proof(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=6)
    named = [entity("order_id", "HM-1")]
    await rasa.asks("delivery_problem", "HM-1 碎了", entities=named)
    refused = await tickets(shop)
    await prove(rasa, "HM-1")
    await rasa.asks("delivery_problem", "杯子碎了")
    assert (refused, await tickets(shop)) == ([], [("delivery", "HM-1", shop.mei)])
