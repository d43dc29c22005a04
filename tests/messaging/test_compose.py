"""The letters a customer reads, in both languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from rapport.messaging.compose import Composed, products_wanted
from rapport.messaging.errors import NothingToSayError, RenderError
from rapport.store.customers import Customer
from rapport.store.products import products_by_sku

CLICK = re.compile(r"https://shop\.example/(click|unsubscribe|preferences|confirm|open)/[\w.~-]+")


async def composed(shop: Any, composer: Any, **columns: Any) -> Composed:
    message = await shop.message(await shop.queue(**columns))
    async with shop.database.reading() as session:
        customer = await session.get(Customer, message.customer_id)
        products = await products_by_sku(session, products_wanted(message))
        result: Composed = composer.compose(message, customer, products)
        return result


def plain(text: str) -> str:
    return CLICK.sub(r"[\1]", text)


async def test_recommendations_in_english(shop: Any, composer: Any) -> None:
    found = await composed(shop, composer)
    assert found.letter.subject == "Mei, the things you asked about"
    assert plain(found.letter.text) == (
        "Hello Mei,\n\n"
        "On March 1 you asked us for a suggestion. We have just looked again: these are all in stock, "
        "and there is no hurry.\n\n"
        "* Mist Tea  CN¥88.00\n  [click]\n\n"
        "* Clay Cup  CN¥88.00\n  Goes well with your Bamboo Tray\n  [click]\n\n"
        "Not sure? Ask us in the chat window of the shop:\n[click]\n\n"
        "--\nHalfhill is writing because you said yes to product recommendations.\n"
        "Unsubscribe: [unsubscribe]\nChoose what you get: [preferences]\n"
    )
    assert found.links == (
        "https://shop.example/products/P-0",
        "https://shop.example/products/P-1",
        "https://shop.example/",
    )


async def test_recommendations_in_chinese_on_the_customers_day(shop: Any, composer: Any) -> None:
    # Late on the first in London is the second in Shanghai.
    late = datetime(2026, 3, 1, 20, tzinfo=UTC)
    found = await composed(shop, composer, language="zh", name="林梅", queued_at=late, variant="warm")
    assert found.letter.subject == "林梅，不着急，慢慢挑"
    assert plain(found.letter.text) == (
        "林梅，您好\n\n"
        "3月2日您让我们推荐几样东西。今天又替您看了一遍，下面这些都还有货，您慢慢挑，不着急。\n\n"
        "· 云雾茶　¥88.00\n  [click]\n\n"
        "· 粗陶杯　¥88.00\n  和您买过的「竹托盘」很搭\n  [click]\n\n"
        "拿不准的话，到店里的聊天窗口问一声就好：\n[click]\n\n"
        "--\nHalfhill 给您写信，是因为您答应过收我们的「好物推荐」。\n"
        "退订：[unsubscribe]\n选择想收的内容：[preferences]\n"
    )


async def test_html_shows_the_same_with_pictures_and_escapes(shop: Any, composer: Any) -> None:
    html = (await composed(shop, composer, name="<b>Mei</b>")).letter.html
    pictures = re.findall(r'<img src="([^"]+svg)" alt="([^"]+)"', html)
    assert pictures == [
        ("https://shop.example/pictures/P-0.svg", "Mist Tea"),
        ("https://shop.example/pictures/P-1.svg", "Clay Cup"),
    ]
    assert re.findall(r"Hello ([^<]*),<", html) == ["&lt;b&gt;Mei&lt;/b&gt;"]
    hosts = set(re.findall(r'(?:src|href)="(https?://[^/"]+)', html))
    assert hosts == {"https://shop.example"}
    assert set(CLICK.findall(html)) == {"click", "unsubscribe", "preferences", "open"}


async def test_marketing_carries_one_click_unsubscribe(shop: Any, composer: Any) -> None:
    found = await composed(shop, composer)
    headers = {name: plain(value) for name, value in found.letter.headers.items()}
    assert headers == {"List-Unsubscribe": "<[unsubscribe]>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    assert found.transactional is False


async def test_confirm_opt_in_names_what_is_confirmed_and_tracks_nothing(shop: Any, composer: Any) -> None:
    context = {"confirm": {"channel": "email", "purpose": "offers"}}
    found = await composed(shop, composer, template="confirm_opt_in", purpose="order_updates", context=context)
    assert found.letter.subject == "Please confirm: offers and discounts from Halfhill"
    assert found.letter.headers == {"Auto-Submitted": "auto-generated"}
    assert found.transactional is True
    assert set(CLICK.findall(found.letter.html)) == {"click", "confirm"}


async def test_sold_out_products_are_left_out(shop: Any, composer: Any) -> None:
    async with shop.database.session() as session:
        (await products_by_sku(session, ["P-0"]))["P-0"].stock = 0
    found = await composed(shop, composer, name="")
    assert found.letter.subject == "The things you asked about"
    assert "Mist Tea" not in found.letter.text
    async with shop.database.session() as session:
        (await products_by_sku(session, ["P-1"]))["P-1"].active = False
    with pytest.raises(NothingToSayError):
        await composed(shop, composer)


async def test_the_price_is_the_one_of_the_moment(shop: Any, composer: Any) -> None:
    async with shop.database.session() as session:
        (await products_by_sku(session, ["P-0"]))["P-0"].price_minor = 123456
    assert "CN¥1,234.56" in (await composed(shop, composer)).letter.text


@pytest.mark.parametrize(
    "context",
    [{"products": "P-0"}, {"products": [{"sku": 1}]}, {"asked_at": "soon"}, {"confirm": {"channel": "email"}}],
)
async def test_a_context_of_another_shape_is_refused(shop: Any, composer: Any, context: dict[str, Any]) -> None:
    with pytest.raises(RenderError):
        await composed(shop, composer, context=context)


async def test_a_letter_without_its_products_is_refused(shop: Any, composer: Any) -> None:
    with pytest.raises(RenderError):
        await composed(shop, composer, context={})
