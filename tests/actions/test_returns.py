"""Returns and exchanges, as tickets of the order or refused by the shop's own days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from rapport.store.orders import Order
from tests.actions.open_orders import add_order, prove, ticket_texts, tickets
from tests.actions.rasa_calls import Rasa, entity
from tests.actions.small_shop import KNOWN, MEI_EMAIL, Shop


@pytest.mark.parametrize(("intent", "kind"), [("return_request", "return"), ("exchange_request", "exchange")])
async def test_what_is_within_its_days_becomes_a_ticket(
    rasa: Rasa, shop: Shop, now: datetime, intent: str, kind: str
) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10)
    await rasa.asks("returns", "这个茶我想换成红茶或者退掉", intent=intent, by=KNOWN)
    assert await tickets(shop) == [(kind, "HM-1", shop.mei)]
    assert await ticket_texts(shop) == ["HM-1: TEA-1 × 1\n这个茶我想换成红茶或者退掉"]


async def test_a_second_request_finds_the_open_ticket(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10)
    replies = [await rasa.asks("returns", "我要退货", intent="return_request", by=KNOWN) for _ in range(2)]
    assert await tickets(shop) == [("return", "HM-1", shop.mei)]
    assert replies[1].texts == ["订单 HM-1 在 2026年3月1日 已经登记过了（工单 1），同事正在处理，不用再登记一遍。"]


async def test_who_changes_her_mind_has_one_ticket_still(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10)
    await rasa.asks("returns", "我要退货", intent="return_request", by=KNOWN)
    await rasa.asks("returns", "还是换货吧", intent="exchange_request", by=KNOWN)
    assert await tickets(shop) == [("exchange", "HM-1", shop.mei)]
    assert await ticket_texts(shop) == ["HM-1: TEA-1 × 1\n我要退货\nreturn → exchange: 还是换货吧"]


async def test_what_she_names_at_once_is_not_asked_for(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10, skus=("CUP-1", "TEA-1"))
    await rasa.asks("returns", "昨天收到的杯子我想退", intent="return_request", by=KNOWN)
    await rasa.asks("returns", "茶叶也一起退", intent="return_request", by=KNOWN)
    assert await ticket_texts(shop) == ["HM-1: CUP-1 × 1\n昨天收到的杯子我想退\nHM-1: TEA-1 × 1\n茶叶也一起退"]


@pytest.mark.parametrize(
    ("arrived", "days_ago", "opened"),
    [
        # Shanghai is eight hours ahead: at ten in the evening UTC it is the next day there.
        (datetime(2026, 2, 14, 15, 59, tzinfo=UTC), 20, True),
        (datetime(2026, 2, 13, 15, 59, tzinfo=UTC), 20, False),
        (datetime(2026, 2, 13, 16, 1, tzinfo=UTC), 20, True),
        (None, 20, True),
    ],
)
async def test_the_days_are_counted_where_the_customer_lives(
    rasa: Rasa, shop: Shop, now: datetime, arrived: datetime | None, days_ago: int, opened: bool
) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=days_ago)
    async with shop.database.session() as session:
        await session.execute(update(Order).where(Order.number == "HM-1").values(delivered_at=arrived))
    await rasa.asks("returns", "退 HM-1", intent="return_request", by=KNOWN, entities=[entity("order_id", "HM-1")])
    assert (await tickets(shop) != []) == opened


@pytest.mark.parametrize("status", ["placed", "paid", "shipped", "cancelled"])
async def test_what_has_not_arrived_is_not_returned(rasa: Rasa, shop: Shop, now: datetime, status: str) -> None:
    await add_order(shop, "HM-1", status, now)
    reply = await rasa.asks(
        "returns", "退 HM-1", intent="return_request", by=KNOWN, entities=[entity("order_id", "HM-1")]
    )
    instead = {
        "placed": "order_cancel",
        "paid": "order_cancel",
        "shipped": "order_status",
        "cancelled": "refund_status",
    }
    assert (await tickets(shop), reply.payloads) == ([], [f'/{instead[status]}{{"order_id": "HM-1"}}'])


@pytest.mark.parametrize(
    ("text", "entities", "listed"),
    [
        ("第二个", [], "TEA-1 × 1"),
        ("杯子", [entity("category", "teaware", written="杯子")], "CUP-1 × 1"),
        ("云雾绿茶", [entity("product", "TEA-1", written="云雾绿茶")], "TEA-1 × 1"),
        ("全部都退", [], "CUP-1 × 1, TEA-1 × 1"),
        ("天青那个", [], "CUP-1 × 1"),
    ],
)
async def test_of_several_items_she_says_which(
    rasa: Rasa, shop: Shop, now: datetime, text: str, entities: list[dict[str, str]], listed: str
) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10, skus=("CUP-1", "TEA-1"))
    asked = await rasa.asks("returns", "我要退货", intent="return_request", by=KNOWN)
    before = await tickets(shop)
    await rasa.asks("product_search", text, by=KNOWN, entities=entities)
    assert asked.payloads == [
        f'/return_request{{"order_id": "HM-1", "product": "{sku}"}}' for sku in ("CUP-1", "TEA-1")
    ]
    assert (before, await ticket_texts(shop)) == ([], [f"HM-1: {listed}\n我要退货"])


async def test_a_pressed_item_and_another_one_later_are_one_ticket(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10, skus=("CUP-1", "TEA-1"))
    await rasa.asks("returns", "我要退货", intent="return_request", by=KNOWN)
    for sku in ("CUP-1", "TEA-1"):
        pressed = [entity("order_id", "HM-1"), entity("product", sku)]
        await rasa.asks("returns", "/return_request{…}", intent="return_request", by=KNOWN, entities=pressed)
    assert await ticket_texts(shop) == ["HM-1: CUP-1 × 1\n我要退货\nHM-1: TEA-1 × 1"]


async def test_an_exchange_says_for_what(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10)
    await rasa.asks("returns", "I'd like to exchange this", intent="exchange_request", by=KNOWN)
    before = await tickets(shop)
    await rasa.asks("answer", "the 250 g tin please, order 4711 had it", intent="out_of_scope", by=KNOWN,
                    entities=[entity("order_id", "4711")])  # fmt: skip
    assert (before, await ticket_texts(shop)) == (
        [],
        ["HM-1: TEA-1 × 1\nI'd like to exchange this\nthe 250 g tin please, order 4711 had it"],
    )


async def test_a_stranger_proves_it_first_and_her_words_are_kept(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10)
    await rasa.asks("returns", "I want to send the tea back, it tastes of soap", intent="return_request")
    await rasa.asks("answer", "HM-1", intent="out_of_scope", entities=[entity("order_id", "HM-1")])
    before = await tickets(shop)
    await rasa.asks("answer", MEI_EMAIL, intent="contact_info", entities=[entity("email", MEI_EMAIL)])
    assert (before, await tickets(shop)) == ([], [("return", "HM-1", shop.mei)])
    assert "tastes of soap" in (await ticket_texts(shop))[0]


async def test_what_was_proven_can_be_returned_without_a_second_proof(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10)
    await prove(rasa, "HM-1")
    await rasa.asks("returns", "and can I return it?", intent="return_request")
    assert await tickets(shop) == [("return", "HM-1", shop.mei)]


@pytest.mark.parametrize("by_wrong", ["email", "number"])
async def test_who_proves_nothing_returns_nothing(rasa: Rasa, shop: Shop, now: datetime, by_wrong: str) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10)
    email = "bo@example.org" if by_wrong == "email" else MEI_EMAIL
    number = "HM-2" if by_wrong == "number" else "HM-1"
    both = [entity("order_id", number), entity("email", email)]
    await rasa.asks("returns", f"退货 {number} {email}", intent="return_request", entities=both)
    assert await tickets(shop) == []


async def test_a_question_in_between_leaves_the_return_open(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10, skus=("CUP-1", "TEA-1"))
    await rasa.asks("returns", "我要退货", intent="return_request", by=KNOWN)
    between = await rasa.asks("answer", "运费多少", intent="delivery_options", by=KNOWN)
    await rasa.asks("answer", "第一个", intent="out_of_scope", by=KNOWN)
    assert between.texts[-1] == "对了，退货还没办完：订单 HM-1 里是哪一样，说名字或者“第一个”“全部”都行。"
    assert await ticket_texts(shop) == ["HM-1: CUP-1 × 1\n我要退货"]


async def test_a_return_that_is_dropped_leaves_nothing(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10, skus=("CUP-1", "TEA-1"))
    await rasa.asks("returns", "我要退货", intent="return_request", by=KNOWN)
    await rasa.asks("answer", "算了", intent="deny", by=KNOWN)
    await rasa.asks("answer", "第一个", intent="out_of_scope", by=KNOWN)
    assert await tickets(shop) == []


async def test_of_several_orders_only_those_within_their_days_are_offered(
    rasa: Rasa, shop: Shop, now: datetime
) -> None:
    for number, days in (("HM-1", 10), ("HM-2", 12), ("HM-3", 40)):
        await add_order(shop, number, "delivered", now - timedelta(days=days - 10), days_ago=10)
    reply = await rasa.asks("returns", "我要退货", intent="return_request", by=KNOWN)
    assert reply.payloads == [f'/return_request{{"order_id": "{number}"}}' for number in ("HM-1", "HM-2")]


@pytest.mark.parametrize(
    ("text", "offered"), [("那我能退货吗", True), ("can I send it back?", True), ("退货规则是什么", False)]
)
async def test_whether_the_order_in_talk_can_go_back_is_told_and_offered(
    rasa: Rasa, shop: Shop, now: datetime, text: str, offered: bool
) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10)
    await prove(rasa, "HM-1")
    reply = await rasa.asks("answer", text, intent="return_policy")
    before = await tickets(shop)
    await rasa.asks("answer", "好的", intent="affirm")
    assert ("HM-1" in reply.texts[0], before) == (offered, [])
    assert await tickets(shop) == ([("return", "HM-1", shop.mei)] if offered else [])


async def test_whether_it_can_go_back_is_told_of_no_unproven_order(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10)
    await rasa.asks("order_status", "HM-1 到哪了", entities=[entity("order_id", "HM-1")])
    reply = await rasa.asks("answer", "那我能退货吗", intent="return_policy")
    assert "HM-1" not in "".join(reply.texts)


async def test_a_name_that_was_taken_for_some_other_wish_is_still_the_answer(
    rasa: Rasa, shop: Shop, now: datetime
) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10, skus=("CUP-1", "TEA-1"))
    await rasa.asks("returns", "我要退货", intent="return_request", by=KNOWN)
    call = rasa.call("delivery_problem", "the cup", intent="delivery_problem", by=KNOWN)
    call["tracker"]["latest_message"]["intent"]["confidence"] = 0.31
    await rasa.posts(call)
    assert await ticket_texts(shop) == ["HM-1: CUP-1 × 1\n我要退货"]


async def test_a_question_about_another_thing_is_no_name_of_an_item(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "delivered", now, days_ago=10, skus=("CUP-1", "TEA-1"))
    await rasa.asks("returns", "我要退货", intent="return_request", by=KNOWN)
    reply = await rasa.asks("product_search", "你们有绿茶吗", by=KNOWN)
    assert (reply.skus, await tickets(shop)) == (["TEA-1"], [])
