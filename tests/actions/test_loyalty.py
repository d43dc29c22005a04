from __future__ import annotations

from datetime import datetime

from rapport.store.offers import LoyaltyEntry
from tests.actions.open_orders import prove
from tests.actions.rasa_calls import Rasa
from tests.actions.small_shop import KNOWN, Shop


async def test_a_balance_is_told_to_who_is_known(rasa: Rasa, shop: Shop, now: datetime) -> None:
    async with shop.database.session() as session:
        for points in (300, -100):
            session.add(LoyaltyEntry(customer_id=shop.mei, points=points, reason="x", at=now))
    hers = await rasa.asks("loyalty_points", "我有多少积分", by=KNOWN)
    strangers = await rasa.asks("loyalty_points", "我有多少积分")
    await prove(rasa, "HM-1001")
    proven = await rasa.asks("loyalty_points", "那我有多少积分")
    assert hers.texts == ["林梅，您现在有 200 积分，下单时每 100 积分抵 1 元。"] == proven.texts
    assert (strangers.texts[0][:10], "200" in "".join(strangers.texts)) == ("在店里每花 1 元攒", False)


async def test_the_proof_is_asked_for_and_answers_the_question(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("loyalty_points", "how many points do I have?")
    await prove(rasa, "HM-1001")
    reply = await rasa.asks("loyalty_points", "and my points?")
    assert reply.texts[0].startswith("林梅, you have 0 points")
