from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import select

from rapport.chat.forms import filled_form, parse_form
from rapport.chat.timeline import parse_timeline
from rapport.store.customers import Customer
from rapport.store.events import Event
from rapport.store.orders import Order
from tests.actions.rasa_calls import Rasa, entity
from tests.actions.small_shop import ANONYMOUS, KNOWN, MEI_EMAIL, Shop

NEWEST = (
    "订单 HM-1001（¥596）2026年3月1日 已经发出，正在路上。\n"
    "里面有：西施紫砂壶、半山云雾绿茶。\n"
    "物流：顺丰速运，运单号 SF1234567890。"
)
OLDER = "订单 HM-1000（¥45）2025年8月23日 已经送达。用得还顺手吗？\n里面有：雨过天青杯。"


async def test_a_signed_in_customer_sees_her_newest_orders(rasa: Rasa) -> None:
    reply = await rasa.asks("order_status", "我的快递到哪了", by=KNOWN)
    assert reply.texts == [NEWEST, OLDER]


async def test_each_order_comes_with_its_way(rasa: Rasa) -> None:
    reply = await rasa.asks("order_status", "我的快递到哪了", by=KNOWN)
    newest, older = (response["custom"]["timeline"] for response in reply.responses)
    assert newest == {
        "order": "HM-1001",
        "steps": [
            {"label": "已下单", "at": newest["steps"][0]["at"], "done": True},
            {"label": "已付款", "done": True},
            {"label": "已发货", "at": "2026年3月1日", "done": True},
            {"label": "已送达", "done": False},
        ],
    }
    assert [step["done"] for step in older["steps"]] == [True] * 4
    assert parse_timeline(newest) == newest


async def test_a_cancelled_order_goes_no_further(rasa: Rasa, shop: Shop) -> None:
    async with shop.database.session() as session:
        order = (await session.scalars(select(Order).where(Order.number == "HM-1001"))).one()
        order.status, order.cancelled_at = "cancelled", datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    reply = await rasa.asks("order_status", "hm-1001", by=KNOWN, entities=[entity("order_id", "hm-1001")])
    (steps,) = (response["custom"]["timeline"]["steps"] for response in reply.responses)
    assert [(step["label"], step["done"]) for step in steps] == [("已下单", True), ("已取消", True)]


async def test_a_stranger_may_fill_both_pieces_into_a_form(rasa: Rasa) -> None:
    asked = await rasa.asks("order_status", "我的订单到哪了")
    form = parse_form(asked.responses[-1]["custom"]["form"])
    assert form is not None
    filled = filled_form(form, {"order_id": "HM-1001", "email": MEI_EMAIL})
    assert filled.title == f"订单号: HM-1001\n下单时留的邮箱: {MEI_EMAIL}"
    intent, _, values = filled.payload.removeprefix("/").partition("{")
    pieces = json.loads("{" + values)
    entities = [entity(name, value) for name, value in pieces.items()]
    reply = await rasa.asks("order_status", filled.payload, intent=intent, entities=entities)
    assert reply.texts == [NEWEST]


async def test_a_signed_in_customer_sees_the_order_she_names(rasa: Rasa) -> None:
    reply = await rasa.asks("order_status", "where is #hm-1000", by=KNOWN, entities=[entity("order_id", "hm-1000")])
    assert reply.texts == [
        "Order HM-1000 (CN¥45) was delivered on 23 August 2025. I hope you like it!\nIn it: After-Rain Celadon Cup."
    ]


async def test_a_stranger_may_give_the_pieces_one_by_one(rasa: Rasa) -> None:
    await rasa.asks("order_status", "我的订单到哪了")
    second = await rasa.asks("answer", "HM-1001", intent="out_of_scope", entities=[entity("order_id", "HM-1001")])
    third = await rasa.asks(
        "answer", "手机 138 0013 8000", intent="contact_info", entities=[entity("phone", "138 0013 8000")]
    )
    assert second.texts == ["收到。为了保护您的信息，还需要下单时留的邮箱或手机号，我核对一下。"]
    assert (third.texts, third.slots["asked_for"]) == ([NEWEST], None)


async def test_a_stranger_may_give_both_at_once(rasa: Rasa) -> None:
    both = [entity("order_id", "HM-1001"), entity("email", MEI_EMAIL)]
    reply = await rasa.asks("order_status", f"HM-1001 {MEI_EMAIL} 到哪了", entities=both)
    assert reply.texts == [NEWEST]


async def test_days_are_those_of_where_the_buyer_lives(rasa: Rasa, shop: Shop) -> None:
    async with shop.database.session() as session:
        (await session.get_one(Customer, shop.mei)).time_zone = "America/New_York"
        order = (await session.scalars(select(Order).where(Order.number == "HM-1001"))).one()
        order.shipped_at = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
    both = [entity("order_id", "HM-1001"), entity("email", MEI_EMAIL)]
    hers = await rasa.asks("order_status", "HM-1001 到哪了", by=KNOWN, entities=both[:1])
    proven = await rasa.asks("order_status", f"HM-1001 {MEI_EMAIL} 到哪了", entities=both)
    assert hers.texts == proven.texts
    assert "2026年2月28日 已经发出" in proven.texts[0]


async def test_the_event_holds_the_order_but_neither_address_nor_phone(rasa: Rasa, shop: Shop) -> None:
    both = [entity("order_id", "HM-1001"), entity("email", MEI_EMAIL)]
    await rasa.asks("order_status", f"HM-1001 {MEI_EMAIL}", entities=both, language="mixed")
    async with shop.database.reading() as session:
        events = (await session.scalars(select(Event))).all()
    assert [(event.name, event.conversation_id, event.customer_id, event.properties) for event in events] == [
        (
            "message_understood",
            ANONYMOUS,
            None,
            {"intent": "order_status", "confidence": 0.9, "entities": [{"entity": "order_id", "value": "HM-1001"}]},
        )
    ]
