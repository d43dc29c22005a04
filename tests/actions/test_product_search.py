from __future__ import annotations

import pytest
from sqlalchemy import select

from rapport.store.conversations import Conversation
from rapport.store.events import Event
from rapport.store.products import find_product
from tests.actions.rasa_calls import Rasa, actions_by_intent, entity
from tests.actions.small_shop import ANONYMOUS, KNOWN, Shop

RED_MUG = {
    "sku": "MUG-1",
    "name": "朱砂马克杯",
    "price": "¥88",
    "picture": "/pictures/MUG-1.svg",
    "url": "/products/MUG-1",
    "stock": "仅剩 5 件",
}


async def test_search_shows_cards_within_the_budget(rasa: Rasa) -> None:
    budget = entity("budget", 100, role="at_most")
    reply = await rasa.asks("product_search", "红色的马克杯，100 以内", entities=[budget])
    assert reply.texts == ["找到 1 样合适的，您看看："]
    assert reply.responses[0]["custom"]["cards"] == [RED_MUG]


async def test_goods_without_a_name_of_ours_are_a_kind_of_thing(rasa: Rasa) -> None:
    """A red rucksack is a rucksack, not any red thing."""
    rucksack = entity("product", "双肩包") | {"known": False}
    reply = await rasa.asks(
        "product_search", "有红色的双肩包吗？", intent="product_availability", entities=[rucksack]
    )
    assert (reply.texts[0][:8], reply.skus[0]) == ("没有完全对得上的", "BAG-1")


async def test_search_answers_in_english(rasa: Rasa) -> None:
    reply = await rasa.asks("product_search", "do you have a red mug?", language="en")
    assert (reply.texts, sorted(reply.skus)) == (["Here is what I found (2):"], ["MUG-1", "MUG-2"])
    assert reply.responses[0]["custom"]["cards"][0]["stock"] in ("In stock", "Only 5 left")


async def test_search_remembers_what_it_showed(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("product_search", "green tea")
    await rasa.asks("product_search", "朱砂马克杯", entities=[entity("product", "MUG-1", written="朱砂马克杯")])
    async with shop.database.reading() as session:
        conversation = await session.get_one(Conversation, ANONYMOUS)
    assert conversation.shown_products == ["MUG-1", "TEA-1"]


@pytest.mark.parametrize(
    ("intent", "text", "answer"),
    [
        ("price_query", "第二个多少钱", "大红双层马克杯现在是 ¥168。"),
        ("product_availability", "is the second one in stock?", "Red Double-Wall Mug is in stock."),
        ("product_details", "第一个是什么颜色", "朱砂马克杯的颜色：红色。"),
    ],
)
async def test_a_product_just_shown_may_be_pointed_at(
    rasa: Rasa, shop: Shop, intent: str, text: str, answer: str
) -> None:
    async with shop.database.session() as session:
        (await session.get_one(Conversation, ANONYMOUS)).shown_products = ["MUG-1", "MUG-2"]
    reply = await rasa.asks("product_search", text, intent=intent)
    assert reply.texts[0].startswith(answer)


async def test_pointing_past_the_end_is_asked_back(rasa: Rasa, shop: Shop) -> None:
    async with shop.database.session() as session:
        (await session.get_one(Conversation, ANONYMOUS)).shown_products = ["MUG-1"]
    reply = await rasa.asks("product_search", "第三个多少钱", intent="price_query")
    assert (reply.texts[0][:11], reply.skus) == ("您说的是这里面的哪一个", ["MUG-1"])
    assert reply.responses[0]["buttons"] == [{"title": "朱砂马克杯", "payload": '/price_query{"product": "MUG-1"}'}]


async def test_sold_out_is_said(rasa: Rasa) -> None:
    pot = entity("product", "POT-1", written="紫砂壶")
    reply = await rasa.asks("product_search", "紫砂壶有货吗", intent="product_availability", entities=[pot])
    assert reply.texts == ["西施紫砂壶暂时卖完了，抱歉。您可以先看看同类的。"]
    assert reply.payloads == ['/product_search{"category": "teaware"}', "/recommend"]


async def test_a_button_shows_the_shelf_with_what_is_in_stock_first(rasa: Rasa) -> None:
    tea = entity("category", "teaware")
    reply = await rasa.asks("product_search", '/product_search{"category": "teaware"}', entities=[tea])
    assert (reply.texts, reply.skus) == (["这一类里有这些："], ["CUP-1", "MUG-1", "MUG-2", "POT-1"])


async def test_two_products_are_set_side_by_side(rasa: Rasa) -> None:
    both = [entity("product", "MUG-1", written="朱砂马克杯"), entity("product", "MUG-2", written="大红双层马克杯")]
    reply = await rasa.asks(
        "product_search", "朱砂马克杯和大红双层马克杯哪个好", intent="compare_products", entities=both
    )
    assert (reply.texts, reply.skus) == (["放在一起给您比一比，最实惠的是朱砂马克杯（¥88）："], ["MUG-1", "MUG-2"])
    assert reply.responses[0]["custom"]["table"]["rows"] == [
        {"label": "价格", "cells": ["¥88", "¥168"]},
        {"label": "库存", "cells": ["仅剩 5 件", "有货"]},
    ]


@pytest.mark.parametrize("text", ["你们卖手机吗", "washing machines"])
async def test_nothing_found_is_said_and_the_popular_shown(rasa: Rasa, text: str) -> None:
    reply = await rasa.asks("product_search", text)
    assert reply.texts[0].startswith(("抱歉，店里没有这样东西", "I'm sorry, we don't have that"))
    assert len(reply.skus) == 3


async def test_too_dear_is_not_called_missing(rasa: Rasa) -> None:
    reply = await rasa.asks("product_search", "紫砂壶 50 块以内", entities=[entity("budget", 50, role="at_most")])
    assert reply.texts == ["东西有，不过都不在这个价位。大家最近喜欢这些，您也可以看看："]


async def test_what_is_off_sale_is_not_shown(rasa: Rasa, shop: Shop) -> None:
    async with shop.database.session() as session:
        tea = await find_product(session, "TEA-1")
        assert tea is not None
        tea.active = False
    named = entity("product", "TEA-1", written="云雾绿茶")
    reply = await rasa.asks("product_search", "云雾绿茶多少钱", intent="price_query", entities=[named])
    assert "TEA-1" not in reply.skus


async def test_the_search_is_an_event_without_addresses(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("product_search", "green tea, write to mei@example.org", by=KNOWN)
    async with shop.database.reading() as session:
        events = (await session.scalars(select(Event).where(Event.name == "products_searched"))).all()
    assert [(event.customer_id, event.properties) for event in events] == [
        (shop.mei, {"query": "green tea, write to m***@example.org", "found": 1})
    ]


async def test_several_are_added_up_and_what_is_not_there_is_said(rasa: Rasa) -> None:
    mug = entity("product", "MUG-1", written="朱砂马克杯")
    three = await rasa.asks("product_search", "朱砂马克杯买三个多少钱", intent="price_query", entities=[mug])
    ten = await rasa.asks("product_search", "how much for ten?", intent="price_query", language="en")
    enough = await rasa.asks("product_search", "有五个吗", intent="product_availability")
    short = await rasa.asks("product_search", "要20个，有货吗", intent="product_availability")
    assert [reply.texts for reply in (three, ten, enough, short)] == [
        ["朱砂马克杯单价 ¥88，3 件一共 ¥264。"],
        ["Vermilion Mug is CN¥88 each, so 10 come to CN¥880. There are only 5 left, though."],
        ["朱砂马克杯够的，5 件现在都有货。"],
        ["朱砂马克杯现在只剩 5 件，不够 20 件。"],
    ]


async def test_instead_of_what_is_sold_out_the_like_is_shown(rasa: Rasa) -> None:
    pot = entity("product", "POT-1", written="紫砂壶")
    reply = await rasa.asks("product_search", "紫砂壶有货吗", intent="product_availability", entities=[pot])
    # Nothing else here is called a pot: then what stands on its shelf, nearest in price first.
    assert reply.skus == ["MUG-2", "MUG-1", "CUP-1"]


@pytest.mark.parametrize(
    ("text", "answer", "skus"),
    [
        ("有没有便宜点的", "这些更便宜：", ["MUG-1"]),
        ("再贵一点的呢", "同类里没有更高档的了，大红双层马克杯（¥168）就是。", ["MUG-2"]),
        ("有青色的吗", "这个没有。大红双层马克杯的颜色：红色。", ["MUG-2"]),
        ("还有别的吗", "还有这些：", ["MUG-1"]),
        ("有更大的吗", "您说的是这里面的哪一个？", ["MUG-2"]),
    ],
)
async def test_what_was_shown_is_gone_on_from(rasa: Rasa, text: str, answer: str, skus: list[str]) -> None:
    mug = entity("product", "MUG-2", written="大红双层马克杯")
    await rasa.asks("product_search", "大红双层马克杯", intent="product_details", entities=[mug])
    reply = await rasa.asks("product_search", text, intent="product_search")
    assert (reply.texts[0][: len(answer)], sorted(reply.skus)) == (answer, skus)


async def test_a_wish_is_kept_while_its_colour_or_price_changes(rasa: Rasa) -> None:
    await rasa.asks("product_search", "有没有马克杯")
    under = entity("budget", 100, written="100", role="at_most")
    cheap = await rasa.asks("product_search", "100以内的呢", entities=[under])
    red = await rasa.asks("product_search", "要红色的")
    over = entity("budget", 100, written="100", role="at_least")
    dear = await rasa.asks("product_search", "over 100 then", entities=[over])
    assert [sorted(reply.skus) for reply in (cheap, red, dear)] == [["MUG-1"], ["MUG-1"], ["MUG-2"]]


async def test_what_was_misheard_is_taken_up_where_it_points(rasa: Rasa) -> None:
    await rasa.asks("product_search", "马克杯")
    pointed = await rasa.asks("answer", "and the last one?", intent="nlu_fallback")
    lost = await rasa.asks("answer", "tell me a joke", intent="out_of_scope")
    named = await rasa.asks("answer", "绿茶", intent="nlu_fallback")
    assert (pointed.skus, lost.skus, named.skus) == (["MUG-2"], [], ["TEA-1"])


@pytest.mark.parametrize(
    ("text", "intent", "skus"),
    [
        ("还有没有便宜些的", "promotion_query", ["MUG-1"]),
        ("第二个太贵了", "price_query", ["MUG-1"]),
        ("and the first one?", "contact_info", ["MUG-1"]),
        ("不要朱砂的", "deny", []),
        ("能便宜点吗", "promotion_query", []),
        ("the first, thank you!", "thank", []),
        ("买两个", "nlu_fallback", ["MUG-1", "MUG-2"]),
        ("which is the cheapest", "compare_products", ["MUG-1"]),
        ("两个放在一起看看", "nlu_fallback", ["MUG-1", "MUG-2"]),
        ("和绿茶比比", "compare_products", ["MUG-1", "TEA-1"]),
    ],
)
async def test_what_a_message_means_its_words_say_before_its_intent(
    rasa: Rasa, text: str, intent: str, skus: list[str]
) -> None:
    await rasa.asks("product_search", "马克杯")
    reply = await rasa.asks(actions_by_intent()[intent], text, intent=intent)
    assert sorted(reply.skus) == skus


async def test_an_order_spoken_of_since_is_what_second_means(rasa: Rasa) -> None:
    await rasa.asks("product_search", "马克杯", by=KNOWN)
    await rasa.asks("order_status", "我的订单到哪了", by=KNOWN)
    reply = await rasa.asks("order_status", "第二个呢", by=KNOWN)
    assert reply.skus == []


async def test_the_language_changes_and_what_is_spoken_of_stays(rasa: Rasa) -> None:
    await rasa.asks("product_search", "看看马克杯")
    reply = await rasa.asks("product_search", "how much is the cheaper one?", intent="price_query", language="en")
    assert reply.texts == ["Vermilion Mug is CN¥88 at the moment."]


async def test_a_wish_for_a_present_is_one_for_ideas(rasa: Rasa) -> None:
    budget = entity("budget", 300, written="三百", role="at_most")
    reply = await rasa.asks("product_search", "我想买个送女朋友的生日礼物，预算三百以内", entities=[budget])
    assert reply.texts[0] == "这几样最近很受欢迎，挑给您看看："
    assert len(reply.skus) == 3


async def test_a_new_wish_with_a_sum_is_not_about_what_was_shown(rasa: Rasa, shop: Shop) -> None:
    async with shop.database.session() as session:
        (await session.get_one(Conversation, ANONYMOUS)).shown_products = ["MUG-1", "MUG-2"]
    budget = entity("budget", 200, role="at_most")
    reply = await rasa.asks("product_search", "I'd like something for camping, budget 200", entities=[budget])
    assert reply.texts[0].startswith("I'm sorry, we don't have that")
