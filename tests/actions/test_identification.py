"""Nothing about an order before it is proven, help on the way, and a person in the end."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from rapport.store.conversations import Conversation, Handoff
from rapport.store.customers import add_customer
from rapport.store.identifications import Identification
from rapport.store.orders import Order
from tests.actions.open_orders import add_order
from tests.actions.rasa_calls import Rasa, Reply, entity
from tests.actions.small_shop import ANONYMOUS, KNOWN, MEI_EMAIL, Shop

ASK_BOTH = "好的，请把订单号发给我，再加上下单时留的邮箱或手机号，这样我能确认是您本人。"
NO_MATCH = "这个订单号和联系方式没有对上。麻烦您再核对一下，两样一起重新发给我；需要的话也可以转人工。"
BO = "bo@example.org"


async def prove(rasa: Rasa, number: str = "HM-1001", email: str = MEI_EMAIL, **said: str) -> Reply:
    both = [entity("order_id", number), entity("email", email)]
    return await rasa.asks("order_status", f"{number} {email} 到哪了", entities=both, **said)


async def attempts(shop: Shop) -> list[bool]:
    async with shop.database.reading() as session:
        rows = await session.scalars(select(Identification.order_id).order_by(Identification.id))
        return [order is not None for order in rows]


async def test_a_stranger_is_asked_for_both_pieces(rasa: Rasa) -> None:
    reply = await rasa.asks("order_status", "我的订单到哪了")
    assert reply.texts == [ASK_BOTH]
    assert (reply.slots["order_id"], reply.slots["asked_for"][:12]) == (None, "order_status")


@pytest.mark.parametrize(
    ("number", "address"), [("HM-1001", BO), ("HM-9999", MEI_EMAIL), ("HM-9999", BO), ("HM-1001", "mei@example.or")]
)
async def test_a_wrong_address_and_a_wrong_number_are_answered_alike(
    rasa: Rasa, shop: Shop, number: str, address: str
) -> None:
    reply = await prove(rasa, number, address)
    nothing = {"order_id": None, "email": None, "phone": None}
    assert (reply.texts, {name: reply.slots[name] for name in nothing}) == ([NO_MATCH], nothing)
    assert await attempts(shop) == [False]


@pytest.mark.parametrize("number", ["HM-1000", "HM-9999"])
async def test_another_customers_order_is_no_order_of_hers(rasa: Rasa, shop: Shop, number: str) -> None:
    async with shop.database.session() as session:
        order = (await session.scalars(select(Order).where(Order.number == "HM-1000"))).one()
        order.customer_id = None
    reply = await rasa.asks("order_status", f"{number} 到哪了", by=KNOWN, entities=[entity("order_id", number)])
    assert reply.texts[0].replace(number, "…") == (
        "在您的账号下没找到订单 …。可以核对一下单号；如果是没登录时买的，把下单时的邮箱或手机号也发给我。"
    )


async def test_a_signed_in_customer_proves_what_she_bought_as_a_guest(rasa: Rasa, shop: Shop, now: datetime) -> None:
    async with shop.database.session() as session:
        guest = await add_customer(session, {"email": BO}, now=now)
        session.add(
            Order(number="HM-2", customer_id=guest.id, status="paid", currency="CNY", total_minor=1, placed_at=now)
        )
    await rasa.asks("order_status", "HM-2 到哪了", by=KNOWN, entities=[entity("order_id", "HM-2")])
    reply = await rasa.asks("answer", BO, intent="out_of_scope", by=KNOWN, entities=[entity("email", BO)])
    assert (reply.texts[0][:7], await attempts(shop)) == ("订单 HM-2", [False, True])


async def test_after_a_mismatch_nothing_is_left_to_combine(rasa: Rasa, shop: Shop) -> None:
    await prove(rasa, email=BO)
    reply = await rasa.asks("answer", MEI_EMAIL, intent="out_of_scope", entities=[entity("email", MEI_EMAIL)])
    assert reply.texts == ["谢谢，联系方式收到了。还差订单号，就能核对是不是您本人。"]
    assert await attempts(shop) == [False]


async def test_what_is_proven_stays_so_in_the_conversation(rasa: Rasa, shop: Shop) -> None:
    await prove(rasa)
    rasa.slots = {}
    again = await rasa.asks("order_status", "那现在呢？")
    other = await rasa.asks("order_status", "HM-1000 呢", entities=[entity("order_id", "HM-1000")])
    assert (again.texts[0][:10], other.texts[0][:10]) == ("订单 HM-1001", "订单 HM-1000")
    assert await attempts(shop) == [True]


async def test_what_is_proven_in_one_conversation_is_not_in_another(rasa: Rasa, shop: Shop, now: datetime) -> None:
    async with shop.database.session() as session:
        session.add(Conversation(id="c" * 32, channel="web", language="zh", opened_at=now))
    await prove(rasa)
    rasa.slots = {}
    reply = await rasa.asks("order_status", "我的订单到哪了", by="c" * 32)
    assert reply.texts == [ASK_BOTH]


async def test_a_slot_that_claims_an_order_proves_nothing(rasa: Rasa) -> None:
    rasa.slots = {"asked_for": "order_cancel:wish=order_cancel&step=confirm&order=HM-1001", "order_id": "HM-1001"}
    reply = await rasa.asks("answer", "好的", intent="affirm")
    assert reply.texts == ["收到。为了保护您的信息，还需要下单时留的邮箱或手机号，我核对一下。"]


async def test_three_wrong_answers_in_a_row_bring_a_person(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("order_status", "我的订单到哪了")
    first = await rasa.asks("answer", "kim@", intent="out_of_scope")
    second = await prove(rasa, email=BO)
    third = await rasa.asks("answer", "mei@", intent="contact_info")
    async with shop.database.reading() as session:
        reasons = list(await session.scalars(select(Handoff.reason)))
        responder = (await session.get_one(Conversation, ANONYMOUS)).responder
    assert first.texts == ["抱歉，这里面我没认出订单号、邮箱或手机号。"]
    assert (second.texts[0].splitlines()[0], "HM-10233" in second.texts[0]) == (NO_MATCH, True)
    assert third.texts[0].startswith("还是没能对上")
    assert (reasons, responder, third.slots["asked_for"]) == (["identification"], "queue", None)


async def test_a_number_of_any_shape_answers_the_question_for_one(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "7", "paid", now)
    await rasa.asks("order_status", "我的订单到哪了")
    asked = await rasa.asks("answer", "7", intent="payment_methods")
    told = await rasa.asks("answer", MEI_EMAIL, intent="contact_info", entities=[entity("email", MEI_EMAIL)])
    assert (asked.texts[0][:3], told.texts[0][:4]) == ("收到。", "订单 7")


@pytest.mark.parametrize("text", ["不知道", "I forgot the number"])
async def test_who_has_no_number_at_hand_is_helped_and_not_counted(rasa: Rasa, shop: Shop, text: str) -> None:
    await rasa.asks("order_status", "where is my order")
    replies = [await rasa.asks("answer", text, intent="deny") for _ in range(4)]
    assert ({"HM-10233" in reply.texts[0] for reply in replies}, await attempts(shop)) == ({True}, [])


async def test_which_of_her_orders_is_picked_by_its_place(rasa: Rasa, shop: Shop, now: datetime) -> None:
    for number, days in (("HM-1", 3), ("HM-2", 2)):
        await add_order(shop, number, "paid", now, days_ago=days)
    await rasa.asks("order_cancel", "取消订单", by=KNOWN)
    second = await rasa.asks("answer", "第二个", intent="affirm", by=KNOWN)
    rasa.slots = {}
    await rasa.asks("order_cancel", "取消订单", by=KNOWN)
    newest = await rasa.asks("answer", "最近的那个", intent="out_of_scope", by=KNOWN)
    assert ("HM-1" in second.texts[0], "HM-2" in newest.texts[0]) == (True, True)


async def test_a_right_answer_forgives_the_wrong_ones(rasa: Rasa, shop: Shop) -> None:
    for email in (BO, BO, MEI_EMAIL):
        await prove(rasa, email=email)
    reply = await prove(rasa, number="HM-7", email=BO)
    async with shop.database.reading() as session:
        assert list(await session.scalars(select(Handoff.id))) == []
    assert (reply.texts, await attempts(shop)) == ([NO_MATCH], [False, False, True, False])


async def test_who_only_guesses_is_not_even_told_what_is_right(rasa: Rasa, shop: Shop, now: datetime) -> None:
    async with shop.database.session() as session:
        session.add_all(Identification(conversation_id=ANONYMOUS, at=now) for _ in range(12))
    reply = await prove(rasa)
    assert reply.texts[0].startswith("还是没能对上")


async def test_a_question_in_between_is_answered_and_the_open_one_taken_up_again(rasa: Rasa) -> None:
    await rasa.asks("order_status", "我的订单到哪了")
    product = await rasa.asks("product_search", "有绿茶吗", entities=[entity("category", "tea", written="绿茶")])
    thanks = await rasa.asks("answer", "谢谢", intent="thank")
    found = await rasa.asks("answer", "HM-1001", intent="out_of_scope", entities=[entity("order_id", "HM-1001")])
    proven = await rasa.asks("answer", MEI_EMAIL, intent="contact_info", entities=[entity("email", MEI_EMAIL)])
    assert product.skus == ["TEA-1"]
    assert product.texts[-1] == ("对了，查订单还没办完：还差订单号和下单时的邮箱或手机号。不办了就说“算了”。")
    assert (len(thanks.texts), found.texts[0][:3], proven.texts[0][:10]) == (1, "收到。", "订单 HM-1001")


async def test_an_open_question_is_let_go_in_the_end(rasa: Rasa) -> None:
    await rasa.asks("order_status", "我的订单到哪了")
    replies = [await rasa.asks("answer", "能用支付宝吗", intent="payment_methods") for _ in range(3)]
    assert [len(reply.texts) for reply in replies] == [2, 1, 1]
    assert rasa.slots["asked_for"] is None


@pytest.mark.parametrize(
    ("text", "intent"), [("算了", "deny"), ("never mind", "out_of_scope"), ("取消", "order_cancel")]
)
async def test_an_open_question_can_be_dropped(rasa: Rasa, text: str, intent: str) -> None:
    await rasa.asks("order_status", "我的订单到哪了")
    reply = await rasa.asks("answer", text, intent=intent)
    assert reply.slots["asked_for"] is None
    assert reply.texts[0][:6] in ("好的，那就先", "All ri")
