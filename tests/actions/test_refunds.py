from __future__ import annotations

from datetime import datetime, timedelta

from rapport.store.orders import Refund
from tests.actions.open_orders import add_order, prove, tickets
from tests.actions.rasa_calls import Rasa, entity
from tests.actions.small_shop import KNOWN, Shop

RETURNED_AT = datetime.fromisoformat("2026-02-27T17:00:00+00:00")


async def refund(shop: Shop, order: int, amount: int) -> None:
    async with shop.database.session() as session:
        values = {"number": f"R-{order}-{amount}", "customer_id": shop.mei, "order_id": order, "at": RETURNED_AT}
        session.add(Refund(amount_minor=amount, **values))


async def test_what_came_back_is_told_with_amount_and_day(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await refund(shop, await add_order(shop, "HM-1", "delivered", now, days_ago=9), 4500)
    reply = await rasa.asks("refund_status", "退款到哪了", by=KNOWN)
    assert reply.texts == ["订单 HM-1 已在 2026年2月28日 原路退回 ¥45，银行卡到账可能再晚一两天。"]


async def test_what_is_outstanding_is_told_with_its_day(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await refund(shop, await add_order(shop, "HM-1", "cancelled", now, days_ago=3), 4500)
    reply = await rasa.asks("refund_status", "where is my refund?", by=KNOWN)
    assert reply.texts[0].splitlines()[1] == (
        "Order HM-1 was cancelled on 27 February 2026. If it was paid, CN¥83 is still on its way back to you, "
        "by 6 March 2026 at the latest."
    )
    assert await tickets(shop) == []


async def test_what_is_overdue_becomes_a_ticket_once(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "cancelled", now, days_ago=20)
    for _ in range(2):
        await rasa.asks("refund_status", "退款怎么还没到", by=KNOWN)
    assert await tickets(shop) == [("refund", "HM-1", shop.mei)]


async def test_a_return_under_way_is_told(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=9)
    await rasa.asks("returns", "我要退货", intent="return_request", by=KNOWN)
    reply = await rasa.asks("refund_status", "退款呢", by=KNOWN)
    assert "登记了退货" in reply.texts[0]


async def test_without_any_refund_the_rules_are_told(rasa: Rasa, shop: Shop) -> None:
    hers = await rasa.asks("refund_status", "退款多久到", by=KNOWN)
    named = [entity("order_id", "HM-1000")]
    one = await rasa.asks("refund_status", "HM-1000 的退款呢", by=KNOWN, entities=named)
    assert hers.texts[0].startswith("我们收到退货后 3–5 个工作日")
    assert one.texts == ["订单 HM-1000 没有退货、取消或退款的记录。要退货的话，跟我说一声就行。"]


async def test_amounts_are_told_to_the_buyer_only(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await refund(shop, await add_order(shop, "HM-1", "delivered", now, days_ago=9), 4500)
    named = [entity("order_id", "HM-1")]
    stranger = await rasa.asks("refund_status", "HM-1 的退款呢", entities=named)
    await prove(rasa, "HM-1")
    proven = await rasa.asks("refund_status", "那退款呢")
    assert ("¥45" in "".join(stranger.texts), "¥45" in proven.texts[0]) == (False, True)


async def test_the_due_day_leaves_weekends_out(rasa: Rasa, shop: Shop, now: datetime) -> None:
    # Cancelled on Thursday, 26 February, in Shanghai: five working days later it is Thursday again.
    await add_order(shop, "HM-1", "cancelled", now - timedelta(days=1), days_ago=3)
    reply = await rasa.asks("refund_status", "退款什么时候到", by=KNOWN)
    assert "最晚 2026年3月5日" in reply.texts[0]
