from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from rapport.marketing.vocabulary import INTENTS
from rapport.settings import Settings
from rapport.store.customers import Customer
from rapport.store.events import Event
from rapport.store.offers import LoyaltyEntry
from rapport.store.unanswered import unanswered_questions
from tests.actions.rasa_calls import Rasa
from tests.actions.small_shop import KNOWN, Shop

ABILITIES = {
    "product_search",
    "product_details",
    "product_availability",
    "price_query",
    "compare_products",
    "recommend",
    "promotion_query",
    "order_status",
    "marketing_opt_in",
    "marketing_opt_out",
    "handoff",
}


async def test_every_intent_of_the_contract_has_its_own_answer_in_both_languages(rasa: Rasa) -> None:
    intents = [intent for intent in INTENTS if intent not in ABILITIES]
    zh = [(await rasa.asks("answer", "随便问问", intent=intent)).texts for intent in intents]
    en = [(await rasa.asks("answer", "just asking", intent=intent)).texts for intent in intents]
    assert len(intents) == 26
    assert len({text for (text,) in zh + en}) == 2 * len(intents)


async def test_every_button_of_the_policy_file_names_an_intent(rasa: Rasa) -> None:
    replies = [await rasa.asks("answer", "嗯", intent=intent) for intent in INTENTS if intent not in ABILITIES]
    payloads = {payload for reply in replies for payload in reply.payloads}
    assert payloads <= {f"/{intent}" for intent in INTENTS}
    assert "/handoff" in payloads


async def test_an_unknown_intent_is_answered_kindly(rasa: Rasa) -> None:
    reply = await rasa.asks("answer", "今天天气怎么样", intent="nlu_fallback")
    assert reply.texts == ["这个我还真不懂，怕乱说误导您。不过店里的事我在行："]
    assert reply.payloads == ["/product_search", "/recommend", "/order_status", "/promotion_query", "/handoff"]


async def test_the_assistant_owns_up_to_being_one(rasa: Rasa) -> None:
    reply = await rasa.asks("answer", "are you a human?", intent="bot_challenge", language="en")
    assert reply.texts[0].startswith("I'm not a person.")


async def test_loyalty_points_are_told_to_who_is_signed_in(rasa: Rasa, shop: Shop, now: datetime) -> None:
    async with shop.database.session() as session:
        for points in (200, -50):
            session.add(LoyaltyEntry(customer_id=shop.mei, points=points, reason="order", at=now))
    known = await rasa.asks("answer", "我有多少积分", intent="loyalty_points", by=KNOWN)
    stranger = await rasa.asks("answer", "我有多少积分", intent="loyalty_points")
    assert known.texts == ["林梅，您现在有 150 积分，下单时每 100 积分抵 1 元。"]
    assert "登录以后" in stranger.texts[0]


async def test_an_edit_is_spoken_without_a_restart(rasa: Rasa, settings: Settings) -> None:
    path = settings.rules_dir / "policies.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("祝您今天顺心", "祝您今晚好梦"), encoding="utf-8")
    reply = await rasa.asks("answer", "再见", intent="goodbye")
    assert "祝您今晚好梦" in reply.texts[0]


@pytest.mark.parametrize("name", ["{points}", "{shop.__class__}", ""])
async def test_a_name_is_only_ever_text(rasa: Rasa, shop: Shop, name: str) -> None:
    async with shop.database.session() as session:
        (await session.get_one(Customer, shop.mei)).name = name
    reply = await rasa.asks("answer", "你好", intent="greet", by=KNOWN)
    assert reply.texts == [f"{name or '您好'}，您好呀，又见面了！今天想看看什么，还是查一下订单？"]


@pytest.mark.parametrize(
    ("text", "language", "intent", "said"),
    [
        ("一定要凑够钱才给寄吗，我只买一件", "zh", "delivery_options", "没有起订金额，一件也发。"),
        ("could it come on a Sunday?", "en", "delivery_options", "Parcels are delivered on Saturdays, Sundays"),
        ("能分期吗", "zh", "payment_methods", "满 300 元可用花呗分 3、6、12 期"),
        ("你们店开在哪里", "zh", "out_of_scope", "门店在杭州市西湖区"),
        ("/delivery_options", "zh", "delivery_options", "内地满 99 元包邮"),
    ],
)
async def test_a_finer_question_is_answered_with_its_topic(
    rasa: Rasa, shop: Shop, text: str, language: str, intent: str, said: str
) -> None:
    reply = await rasa.asks("answer", text, intent=intent, language=language)
    assert reply.texts[0].startswith(said)


async def test_a_policy_is_known_though_a_balance_was_heard(rasa: Rasa) -> None:
    expiry = await rasa.asks("loyalty_points", "积分会过期吗", intent="loyalty_points", by=KNOWN)
    unheard = await rasa.asks("fallback", "do you wrap gifts?", intent="nlu_fallback", language="en")
    assert expiry.texts == ["积分两年内有效，到期前 30 天短信提醒。"]
    assert unheard.texts[0].startswith("Gift wrapping is ¥8")


async def test_the_topic_is_in_the_event(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("answer", "满多少包邮", intent="delivery_options", by=KNOWN)
    async with shop.database.reading() as session:
        event = (await session.scalars(select(Event).where(Event.name == "message_understood"))).one()
    assert event.properties["topic"] == "delivery_fee"


async def test_what_nobody_can_answer_is_kept_for_the_shop(rasa: Rasa, shop: Shop, now: datetime) -> None:
    for text in ("你们收古董吗，打我电话 13800138000", "你们收古董吗，打我电话 13800138000"):
        await rasa.asks("answer", text, intent="out_of_scope")
    await rasa.asks("fallback", "mend my grandmother's clock? mei@example.org", intent="nlu_fallback", language="en")
    await rasa.asks("answer", "满多少包邮", intent="delivery_options")
    await rasa.asks("answer", "谢谢", intent="thank")
    async with shop.database.reading() as session:
        found = await unanswered_questions(session, since=now - timedelta(days=1))
    assert [(one.text, one.language, one.times) for one in found] == [
        ("你们收古董吗，打我电话 ***", "zh", 2),
        ("mend my grandmother's clock? m***@example.org", "en", 1),
    ]
