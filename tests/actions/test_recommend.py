from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from rapport.store.consents import record_consent
from rapport.store.events import Event
from tests.actions.rasa_calls import Rasa, entity
from tests.actions.small_shop import KNOWN, Shop

INVITATION = "要不要以后有合适的也发到您邮箱？不想收了随时能退订。"


async def test_recommend_shows_what_she_can_buy_and_does_not_own(rasa: Rasa) -> None:
    reply = await rasa.asks("recommend", "有什么推荐的吗", by=KNOWN)
    # POT-1 is sold out; TEA-1 she bought two days ago.
    assert len(reply.skus) == 3
    assert {"POT-1", "TEA-1"} & set(reply.skus) == set()


async def test_recommend_keeps_to_a_named_category(rasa: Rasa) -> None:
    reply = await rasa.asks("recommend", "推荐个包", entities=[entity("category", "bags", written="包")])
    assert reply.skus == ["BAG-1"]


async def test_recommend_understands_what_it_is_about_without_a_category(rasa: Rasa) -> None:
    reply = await rasa.asks("recommend", "有什么推荐的绿茶吗")
    assert reply.skus == ["TEA-1"]


async def test_an_unknown_category_does_not_end_in_silence(rasa: Rasa) -> None:
    reply = await rasa.asks("recommend", "recommend a car", entities=[entity("category", "cars", written="car")])
    assert len(reply.skus) == 3


async def test_what_was_shown_is_in_both_events(rasa: Rasa, shop: Shop) -> None:
    reply = await rasa.asks("recommend", "有什么推荐的吗", by=KNOWN)
    async with shop.database.reading() as session:
        events = {event.name: event for event in await session.scalars(select(Event))}
    assert events["recommendation_shown"].properties == {"products": reply.skus}
    assert events["message_understood"].properties["products"] == reply.skus
    assert {event.customer_id for event in events.values()} == {shop.mei}


async def test_who_has_not_consented_is_invited(rasa: Rasa) -> None:
    reply = await rasa.asks("recommend", "有什么推荐的吗", by=KNOWN)
    assert (reply.texts[-1], reply.payloads, reply.slots) == (
        INVITATION,
        ["/marketing_opt_in"],
        {"asked_for": "marketing_opt_in:recommendations"},
    )


async def test_who_has_consented_is_left_in_peace(rasa: Rasa, shop: Shop, now: datetime) -> None:
    async with shop.database.session() as session:
        await record_consent(
            session,
            shop.mei,
            channel="email",
            purpose="recommendations",
            granted=True,
            at=now,
            source="test",
        )
    reply = await rasa.asks("recommend", "有什么推荐的吗", by=KNOWN)
    assert (len(reply.texts), reply.payloads, reply.slots) == (1, [], {})


async def test_what_is_as_she_describes_it_comes_first(rasa: Rasa) -> None:
    reply = await rasa.asks("recommend", "推荐一个灰色的")
    assert reply.skus[0] == "BAG-1"
