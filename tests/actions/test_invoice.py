from __future__ import annotations

from datetime import datetime

import pytest

from tests.actions.open_orders import add_order, prove, ticket_texts, tickets
from tests.actions.rasa_calls import Rasa, entity
from tests.actions.small_shop import KNOWN, Shop


async def test_an_invoice_is_requested_with_its_name(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    named = [entity("order_id", "HM-1")]
    await rasa.asks("invoice_request", "HM-1 给我开个发票", by=KNOWN, entities=named)
    before = await tickets(shop)
    number = "91310000MA1FL0XX0X"
    details = [entity("order_id", number), entity("email", "a@b.example")]
    await rasa.asks("answer", f"半山有限公司 {number} a@b.example", intent="contact_info", by=KNOWN, entities=details)
    assert (before, await tickets(shop)) == ([], [("invoice", "HM-1", shop.mei)])
    assert number in (await ticket_texts(shop))[0]


async def test_a_tax_number_is_no_order(rasa: Rasa, shop: Shop, now: datetime) -> None:
    for number in ("HM-1", "HM-2"):
        await add_order(shop, number, "paid", now)
    await rasa.asks("invoice_request", "要开发票", by=KNOWN)
    told = "半山有限公司 税号 91310000MA1FL0XX0X"
    tagged = [entity("order_id", "91310000MA1FL0XX0X")]
    asked = await rasa.asks("invoice_request", told, by=KNOWN, entities=tagged)
    await rasa.asks("answer", "HM-2", intent="out_of_scope", by=KNOWN)
    assert len(asked.payloads) == 3
    assert await ticket_texts(shop) == [f"HM-2:\n{told}"]


@pytest.mark.parametrize("status", ["placed", "cancelled"])
async def test_what_was_not_paid_has_no_invoice(rasa: Rasa, shop: Shop, now: datetime, status: str) -> None:
    await add_order(shop, "HM-1", status, now)
    named = [entity("order_id", "HM-1")]
    await rasa.asks("invoice_request", "HM-1 开票，抬头半山", by=KNOWN, entities=named)
    assert await tickets(shop) == []


async def test_a_stranger_reads_how_and_may_have_it_done(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await add_order(shop, "HM-1", "paid", now)
    first = await rasa.asks("invoice_request", "怎么开发票，抬头是半山有限公司")
    await prove(rasa, "HM-1")
    await rasa.asks("invoice_request", "开发票，抬头是半山有限公司")
    assert first.texts[0].startswith("可以开电子发票")
    assert (len(first.texts), await tickets(shop)) == (2, [("invoice", "HM-1", shop.mei)])
