from __future__ import annotations

from datetime import datetime

import pytest

from tests.actions.open_orders import add_order, prove, ticket_texts, tickets
from tests.actions.rasa_calls import Rasa, entity
from tests.actions.small_shop import KNOWN, Shop


@pytest.mark.parametrize(("status", "said"), [("placed", "还是未付款"), ("paid", "已经付款成功")])
async def test_a_payment_of_a_known_order_is_checked_by_people(
    rasa: Rasa, shop: Shop, now: datetime, status: str, said: str
) -> None:
    await add_order(shop, "HM-1", status, now)
    reply = await rasa.asks("payment_problem", "扣款了两次", by=KNOWN)
    await rasa.asks("payment_problem", "扣款了两次", by=KNOWN)
    assert (await tickets(shop), said in reply.texts[0]) == ([("payment", "HM-1", shop.mei)], True)
    assert await ticket_texts(shop) == [f"HM-1: {status}\n扣款了两次"]


async def test_without_an_order_it_says_what_to_check(rasa: Rasa, shop: Shop) -> None:
    hers = await rasa.asks("payment_problem", "付不了款", by=KNOWN)
    rasa.slots = {}
    strangers = await rasa.asks("payment_problem", "付不了款")
    assert (hers.texts, hers.payloads) == (strangers.texts[:1], ["/handoff"])
    assert (len(strangers.texts), await tickets(shop)) == (2, [])


async def test_a_stranger_proves_it_first(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "placed", now)
    named = [entity("order_id", "HM-1")]
    await rasa.asks("payment_problem", "HM-1 付了钱还显示未付款", entities=named)
    refused = await tickets(shop)
    await prove(rasa, "HM-1")
    await rasa.asks("payment_problem", "付了钱还显示未付款")
    assert (refused, await tickets(shop)) == ([], [("payment", "HM-1", shop.mei)])
