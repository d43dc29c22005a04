from __future__ import annotations

from datetime import datetime

import pytest

from tests.actions.open_orders import add_order, order_now, prove, ticket_texts, tickets
from tests.actions.rasa_calls import Rasa, entity
from tests.actions.small_shop import KNOWN, MEI_EMAIL, Shop


@pytest.mark.parametrize("status", ["placed", "paid"])
async def test_a_change_is_asked_for_and_noted(rasa: Rasa, shop: Shop, now: datetime, status: str) -> None:
    await add_order(shop, "HM-1", status, now)
    await rasa.asks("order_change", "我想改一下地址", by=KNOWN)
    before = await tickets(shop)
    reply = await rasa.asks(
        "answer",
        "上海市南京东路 100 号，王小姐 13912345678",
        intent="delivery_options",
        by=KNOWN,
        entities=[entity("order_id", "100"), entity("phone", "13912345678")],
    )
    assert (before, await tickets(shop)) == ([], [("change", "HM-1", shop.mei)])
    assert await ticket_texts(shop) == ["HM-1:\n我想改一下地址\n上海市南京东路 100 号，王小姐 13912345678"]
    assert (reply.slots["order_id"], (await order_now(shop, "HM-1")).status) == ("HM-1", status)


async def test_a_change_that_is_said_at_once_needs_no_question(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    await rasa.asks("order_change", "收件人改成王小姐", by=KNOWN)
    await rasa.asks("order_change", "数量也改成 2 个", by=KNOWN)
    assert await ticket_texts(shop) == ["HM-1:\n收件人改成王小姐\nHM-1:\n数量也改成 2 个"]


@pytest.mark.parametrize("status", ["shipped", "delivered", "cancelled"])
async def test_after_the_shops_door_nothing_is_changed(rasa: Rasa, shop: Shop, now: datetime, status: str) -> None:
    await add_order(shop, "HM-1", status, now, days_ago=6)
    named = [entity("order_id", "HM-1")]
    await rasa.asks("order_change", "HM-1 地址改成上海", by=KNOWN, entities=named)
    assert await tickets(shop) == []


async def test_only_her_own_order_is_changed(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    named = [entity("order_id", "HM-1")]
    await rasa.asks("order_change", "HM-1 的地址改成上海", entities=named)
    await rasa.asks("answer", "bo@example.org", intent="contact_info", entities=[entity("email", "bo@example.org")])
    refused = await tickets(shop)
    await prove(rasa, "HM-1")
    await rasa.asks("order_change", "地址改成上海")
    assert (refused, await tickets(shop)) == ([], [("change", "HM-1", shop.mei)])
    assert MEI_EMAIL not in (await ticket_texts(shop))[0]
