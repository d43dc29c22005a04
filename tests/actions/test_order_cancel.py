"""What is cancelled, what is not, and what the database has of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from rapport.store.events import Event
from rapport.store.offers import Coupon, LoyaltyEntry, points_of
from tests.actions.open_orders import add_order, order_now, prove, tickets
from tests.actions.rasa_calls import Rasa, entity
from tests.actions.small_shop import KNOWN, MEI_EMAIL, Shop


async def cancelled_events(shop: Shop) -> list[tuple[int | None, str | None, object]]:
    async with shop.database.reading() as session:
        rows = await session.scalars(select(Event).where(Event.name == "order_cancelled"))
        return [(event.customer_id, event.key, event.properties["number"]) for event in rows]


async def test_a_paid_order_is_cancelled_once_she_says_yes(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    asked = await rasa.asks("order_cancel", "我要取消订单", by=KNOWN)
    before = (await order_now(shop, "HM-1")).status
    done = await rasa.asks("answer", "好的", intent="affirm", by=KNOWN)
    order = await order_now(shop, "HM-1")
    assert asked.payloads == ['/affirm{"order_id": "HM-1"}', "/deny"]
    assert (before, order.status, order.cancelled_at) == ("paid", "cancelled", now)
    assert await tickets(shop) == [("refund", "HM-1", shop.mei)]
    assert await cancelled_events(shop) == [(shop.mei, "order_cancelled:HM-1", "HM-1")]
    assert (done.slots["asked_for"], "3–5 个工作日" in done.texts[0]) == (None, True)


async def test_an_unpaid_order_leaves_nothing_to_give_back(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "placed", now)
    await rasa.asks("order_cancel", "cancel my order", by=KNOWN)
    await rasa.asks(
        "answer", '/affirm{"order_id": "HM-1"}', intent="affirm", by=KNOWN, entities=[entity("order_id", "HM-1")]
    )
    assert ((await order_now(shop, "HM-1")).status, await tickets(shop)) == ("cancelled", [])


async def test_points_are_balanced_and_a_coupon_is_free_again(rasa: Rasa, shop: Shop, now: datetime) -> None:
    id_ = await add_order(shop, "HM-1", "paid", now)
    async with shop.database.session() as session:
        session.add(LoyaltyEntry(customer_id=shop.mei, points=500, reason="welcome", at=now))
        session.add(LoyaltyEntry(customer_id=shop.mei, points=128, reason="order", order_id=id_, at=now))
        late = now + timedelta(days=9)
        session.add(
            Coupon(code="ABCD", customer_id=shop.mei, percent=5, issued_at=now, expires_at=late, order_id=id_)
        )
    await rasa.asks("order_cancel", "取消订单", by=KNOWN)
    await rasa.asks("order_cancel", "对，取消", by=KNOWN)
    async with shop.database.reading() as session:
        coupon = await session.get_one(Coupon, "ABCD")
        assert (await points_of(session, shop.mei), coupon.order_id) == (500, None)


@pytest.mark.parametrize(
    ("text", "intent"),
    [("不用了", "deny"), ("别取消！", "order_cancel"), ("算了", "deny"), ("有绿茶吗", "product_search")],
)
async def test_without_a_yes_nothing_is_cancelled(
    rasa: Rasa, shop: Shop, now: datetime, text: str, intent: str
) -> None:
    await add_order(shop, "HM-1", "paid", now)
    await rasa.asks("order_cancel", "我要取消订单", by=KNOWN)
    await rasa.asks("order_cancel" if intent == "order_cancel" else "answer", text, intent=intent, by=KNOWN)
    assert ((await order_now(shop, "HM-1")).status, await cancelled_events(shop)) == ("paid", [])


async def test_a_yes_that_is_only_guessed_cancels_nothing(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    await rasa.asks("order_cancel", "我要取消订单", by=KNOWN)
    call = rasa.call("answer", "那个", intent="affirm", by=KNOWN)
    call["tracker"]["latest_message"]["intent"]["confidence"] = 0.36
    await rasa.posts(call)
    assert (await order_now(shop, "HM-1")).status == "paid"


async def test_a_yes_to_another_order_is_not_a_yes_to_this_one(rasa: Rasa, shop: Shop, now: datetime) -> None:
    for number in ("HM-1", "HM-2"):
        await add_order(shop, number, "paid", now)
    await rasa.asks("order_cancel", "取消 HM-1", by=KNOWN, entities=[entity("order_id", "HM-1")])
    await rasa.asks("order_cancel", "取消 HM-2", by=KNOWN, entities=[entity("order_id", "HM-2")])
    pressed = {"text": '/affirm{"order_id": "HM-1"}', "intent": "affirm", "entities": [entity("order_id", "HM-1")]}
    late = await rasa.asks("answer", by=KNOWN, **pressed)  # type: ignore[arg-type]
    states = [(await order_now(shop, number)).status for number in ("HM-1", "HM-2")]
    assert (states, "HM-1" in late.texts[0]) == (["paid", "paid"], True)


async def test_of_several_she_says_which(rasa: Rasa, shop: Shop, now: datetime) -> None:
    for number, days in (("HM-1", 2), ("HM-2", 1)):
        await add_order(shop, number, "paid", now, days_ago=days)
    which = await rasa.asks("order_cancel", "取消订单", by=KNOWN)
    assert which.payloads == ['/order_cancel{"order_id": "HM-2"}', '/order_cancel{"order_id": "HM-1"}']
    await rasa.asks("answer", "HM-1", intent="out_of_scope", by=KNOWN, entities=[entity("order_id", "HM-1")])
    await rasa.asks("answer", "是的", intent="affirm", by=KNOWN)
    states = [(await order_now(shop, number)).status for number in ("HM-1", "HM-2")]
    assert states == ["cancelled", "paid"]


@pytest.mark.parametrize("number", ["HM-1000", "HM-1001"])
async def test_what_has_left_the_shop_is_explained(rasa: Rasa, shop: Shop, number: str) -> None:
    status = (await order_now(shop, number)).status
    reply = await rasa.asks("order_cancel", f"取消 {number}", by=KNOWN, entities=[entity("order_id", number)])
    again = await rasa.asks("answer", "好的", intent="affirm", by=KNOWN)
    assert reply.payloads == [f'/return_request{{"order_id": "{number}"}}']
    assert ((await order_now(shop, number)).status, reply.texts == again.texts) == (status, False)


async def test_what_was_cancelled_before_is_not_cancelled_again(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "cancelled", now, days_ago=3)
    reply = await rasa.asks("order_cancel", "取消 HM-1", by=KNOWN, entities=[entity("order_id", "HM-1")])
    assert (reply.payloads, await tickets(shop)) == (["/refund_status"], [])
    assert (await order_now(shop, "HM-1")).cancelled_at == now - timedelta(days=2)


async def test_what_is_shipped_while_she_thinks_is_not_cancelled(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    await rasa.asks("order_cancel", "取消订单", by=KNOWN)
    async with shop.database.session() as session:
        order = await session.merge(await order_now(shop, "HM-1"))
        order.status, order.shipped_at = "shipped", now
    reply = await rasa.asks("answer", "好的", intent="affirm", by=KNOWN)
    assert ((await order_now(shop, "HM-1")).status, await tickets(shop)) == ("shipped", [])
    assert "已经发出" in reply.texts[0]


async def test_a_stranger_proves_it_first(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    await rasa.asks("order_cancel", "cancel order HM-1 please", entities=[entity("order_id", "HM-1")])
    await rasa.asks("answer", "yes", intent="affirm")
    before = (await order_now(shop, "HM-1")).status
    await rasa.asks("answer", MEI_EMAIL, intent="contact_info", entities=[entity("email", MEI_EMAIL)])
    await rasa.asks("answer", "yes", intent="affirm")
    assert (before, (await order_now(shop, "HM-1")).status) == ("paid", "cancelled")
    assert await cancelled_events(shop) == [(shop.mei, "order_cancelled:HM-1", "HM-1")]


async def test_what_was_proven_for_its_status_can_be_cancelled(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    await prove(rasa, "HM-1")
    await rasa.asks("order_cancel", "那帮我取消吧")
    await rasa.asks("answer", "好的", intent="affirm")
    assert (await order_now(shop, "HM-1")).status == "cancelled"


async def test_who_proves_nothing_cancels_nothing(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    wrong = [entity("order_id", "HM-1"), entity("email", "bo@example.org")]
    await rasa.asks("order_cancel", "取消 HM-1 bo@example.org", entities=wrong)
    await rasa.asks("answer", "好的", intent="affirm")
    assert ((await order_now(shop, "HM-1")).status, await tickets(shop)) == ("paid", [])
