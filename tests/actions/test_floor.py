"""After any answer: a person for who is angry or was not understood twice, and guesses instead of a shrug."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from rapport.marketing.policy_reader import read_policies
from rapport.marketing.vocabulary import INTENTS
from rapport.settings import Settings
from rapport.store.conversations import Handoff
from tests.actions.open_orders import add_order, order_now
from tests.actions.rasa_calls import Rasa, Reply, entity
from tests.actions.small_shop import KNOWN, MEI_EMAIL, Shop

SHIPPED = Path("rules/policies.yml")
NOBODY_ASKS = {"greet", "goodbye", "thank", "affirm", "deny", "bot_challenge", "praise", "out_of_scope"}


def ranking(*intents: str) -> list[dict[str, Any]]:
    return [{"name": intent, "confidence": 0.3 - place / 20} for place, intent in enumerate(intents)]


async def lost(rasa: Rasa, *likely: str, text: str = "那个那个") -> Reply:
    return await rasa.asks(
        "fallback", text, intent="nlu_fallback", by=KNOWN, intent_ranking=ranking("nlu_fallback", *likely)
    )


async def reasons(shop: Shop) -> list[str]:
    async with shop.database.reading() as session:
        return list(await session.scalars(select(Handoff.reason)))


async def test_the_likeliest_intents_are_offered(rasa: Rasa) -> None:
    reply = await lost(rasa, "order_cancel", "thank", "return_request", "order_change", "order_status")
    assert reply.payloads == ["/order_cancel", "/return_request", "/order_change"]
    titles = [button["title"] for button in reply.responses[-1]["buttons"]]
    assert titles == ["取消订单", "我要退货", "修改订单"]


async def test_without_a_guess_it_says_what_it_can_do(rasa: Rasa) -> None:
    reply = await lost(rasa, "greet", "thank")
    assert reply.payloads[0] == "/product_search"


def test_every_intent_that_can_be_meant_has_a_title() -> None:
    assert set(read_policies(SHIPPED, Settings(_env_file=None).promised).buttons) == set(INTENTS) - NOBODY_ASKS


async def test_who_is_not_understood_twice_is_offered_a_person(rasa: Rasa, shop: Shop) -> None:
    first = await lost(rasa, "order_cancel")
    second = await rasa.asks("answer", "天气怎么样", intent="out_of_scope", by=KNOWN)
    await rasa.asks("answer", "好的", intent="affirm", by=KNOWN)
    assert ("/handoff" in first.payloads, second.payloads[0], second.payloads.count("/handoff")) == (
        False,
        "/handoff",
        1,
    )
    assert await reasons(shop) == ["misunderstood"]


async def test_what_is_understood_in_between_begins_anew(rasa: Rasa) -> None:
    await lost(rasa, "order_cancel")
    between = await rasa.asks("answer", "谢谢", intent="thank", by=KNOWN)
    again = await lost(rasa, "order_cancel")
    assert (between.slots["misunderstood"], again.slots["misunderstood"], "/handoff" in again.payloads) == (
        None,
        "1",
        False,
    )


@pytest.mark.parametrize(("sentiment", "offered"), [(0.05, True), (0.2, True), (0.4, False), (None, False)])
async def test_who_is_angry_is_offered_a_person_with_the_answer(
    rasa: Rasa, shop: Shop, now: datetime, sentiment: float | None, offered: bool
) -> None:
    await add_order(shop, "HM-1", "shipped", now, days_ago=2)
    metadata = {"seq": 1, **({} if sentiment is None else {"sentiment": sentiment})}
    reply = await rasa.asks("order_status", "到底什么时候到！", by=KNOWN, metadata=metadata)
    await rasa.asks("answer", "好", intent="affirm", by=KNOWN)
    assert ("HM-1" in reply.texts[0], reply.payloads == ["/handoff"]) == (True, offered)
    assert await reasons(shop) == (["upset"] if offered else [])


async def test_an_angry_complaint_is_offered_it_more_strongly(rasa: Rasa) -> None:
    calm = await rasa.asks("answer", "我要投诉", intent="complaint", by=KNOWN)
    angry = await rasa.asks("answer", "垃圾！我要投诉！", intent="complaint", by=KNOWN, metadata={"sentiment": 0.01})
    assert angry.texts == [*calm.texts, "这件事值得马上有人来处理：点“转人工”，或者回我一个“好”，同事这就接手。"]
    assert (calm.payloads, angry.payloads) == (["/handoff"], ["/handoff"])


@pytest.mark.parametrize("intent", ["complaint", "account_problem"])
async def test_a_yes_to_an_offered_person_brings_one(rasa: Rasa, shop: Shop, intent: str) -> None:
    await rasa.asks("answer", "你们真行", intent=intent, by=KNOWN)
    await rasa.asks("answer", "好的", intent="affirm", by=KNOWN)
    assert await reasons(shop) == [intent]


async def test_a_yes_is_to_the_person_that_was_offered_last(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    await rasa.asks("order_cancel", "取消订单", by=KNOWN)
    await rasa.asks("answer", "你们太差劲了", intent="complaint", by=KNOWN)
    await rasa.asks("answer", "好", intent="affirm", by=KNOWN)
    assert (await reasons(shop), (await order_now(shop, "HM-1")).status) == (["complaint"], "paid")


async def test_a_question_asked_after_an_offer_has_the_next_yes(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    await rasa.asks("order_cancel", "取消 HM-1", entities=[entity("order_id", "HM-1")])
    await rasa.asks("answer", "你们太差劲了", intent="complaint")
    await rasa.asks("answer", MEI_EMAIL, intent="contact_info", entities=[entity("email", MEI_EMAIL)])
    await rasa.asks("answer", "好", intent="affirm")
    assert (await reasons(shop), (await order_now(shop, "HM-1")).status) == ([], "cancelled")


async def test_who_tells_the_hours_has_not_asked(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    await rasa.asks("order_cancel", "取消订单", by=KNOWN)
    hours = await rasa.asks("answer", "你们几点上班", intent="contact_info", by=KNOWN)
    await rasa.asks("answer", "好", intent="affirm", by=KNOWN)
    assert hours.texts[-1] == "对了，取消订单还没办完：订单 HM-1 还等您一句“好的”或者“不用了”。"
    assert (await reasons(shop), (await order_now(shop, "HM-1")).status) == ([], "cancelled")


async def test_an_offer_that_was_passed_over_takes_no_later_yes(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    await rasa.asks("order_cancel", "取消订单", by=KNOWN)
    await rasa.asks("answer", "你们太差劲了", intent="complaint", by=KNOWN)
    await rasa.asks("answer", "可以用支付宝吗", intent="payment_methods", by=KNOWN)
    await rasa.asks("answer", "好", intent="affirm", by=KNOWN)
    assert (await reasons(shop), (await order_now(shop, "HM-1")).status) == ([], "cancelled")


async def test_a_no_to_an_offered_person_brings_none(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("answer", "我要投诉", intent="complaint", by=KNOWN)
    await rasa.asks("answer", "不用了", intent="deny", by=KNOWN)
    await rasa.asks("answer", "好的", intent="affirm", by=KNOWN)
    assert await reasons(shop) == []


async def test_a_bot_says_that_it_is_one(rasa: Rasa) -> None:
    reply = await rasa.asks("answer", "are you a real person?", intent="bot_challenge", by=KNOWN)
    assert "I'm not a person" in reply.texts[0]


async def test_a_trouble_told_is_no_anger_where_a_person_is_a_button_away(rasa: Rasa) -> None:
    reply = await rasa.asks("coupon_problem", "优惠券 SAVE20 用不了", metadata={"seq": 1, "sentiment": 0.06})
    assert (len(reply.texts), reply.payloads) == (1, ["/handoff"])
