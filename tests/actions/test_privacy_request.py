"""What a customer may ask of her own data, begun as one ticket, and nothing for who proves nothing."""

from __future__ import annotations

import pytest

from tests.actions.open_orders import prove, ticket_texts, tickets
from tests.actions.rasa_calls import Rasa, entity
from tests.actions.small_shop import KNOWN, MEI_EMAIL, Shop


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("请把我的资料全部删除", "erase"),
        ("I want a copy of my data", "export"),
        ("你们存了我哪些信息", "export"),
        ("我的手机号写错了，帮我更正", "correct"),
        ("please delete my account and everything you store", "erase"),
    ],
)
async def test_a_request_is_a_ticket_of_the_customer(rasa: Rasa, shop: Shop, text: str, what: str) -> None:
    reply = await rasa.asks("privacy_request", text, by=KNOWN)
    assert await tickets(shop) == [("privacy", None, shop.mei)]
    assert await ticket_texts(shop) == [f"{what}:\n{text}"]
    # Three working days after Sunday, 1 March.
    assert any(day in reply.texts[0] for day in ("2026年3月4日", "4 March 2026"))


async def test_what_she_wants_is_asked_where_she_did_not_say(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("privacy_request", "我的个人信息", by=KNOWN)
    before = await tickets(shop)
    await rasa.asks("answer", "删掉吧", intent="order_cancel", by=KNOWN)
    assert (before, await ticket_texts(shop)) == ([], ["erase:\n我的个人信息\n删掉吧"])


async def test_a_second_request_is_added_to_the_open_one(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("privacy_request", "导出我的资料", by=KNOWN)
    await rasa.asks("privacy_request", "然后全部删除", by=KNOWN)
    assert await ticket_texts(shop) == ["export:\n导出我的资料\nerase:\n然后全部删除"]


async def test_a_stranger_proves_who_she_is(rasa: Rasa, shop: Shop) -> None:
    asked = await rasa.asks("privacy_request", "删除我的资料")
    before = await tickets(shop)
    both = [entity("order_id", "HM-1001"), entity("email", MEI_EMAIL)]
    await rasa.asks("answer", f"HM-1001 {MEI_EMAIL}", intent="contact_info", entities=both)
    assert (len(asked.texts), before, await ticket_texts(shop)) == (2, [], ["erase:\n删除我的资料"])


async def test_what_was_proven_before_is_enough(rasa: Rasa, shop: Shop) -> None:
    await prove(rasa, "HM-1001")
    await rasa.asks("privacy_request", "删除我的资料")
    assert await tickets(shop) == [("privacy", None, shop.mei)]


async def test_who_claims_to_be_her_gets_nothing(rasa: Rasa, shop: Shop) -> None:
    both = [entity("order_id", "HM-1001"), entity("email", "bo@example.org")]
    await rasa.asks("privacy_request", "删除我的资料 HM-1001 bo@example.org", entities=both)
    assert await tickets(shop) == []
