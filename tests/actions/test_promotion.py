from __future__ import annotations

from sqlalchemy import select

from rapport.settings import Settings
from rapport.store.offers import Coupon
from tests.actions.rasa_calls import Rasa
from tests.actions.small_shop import KNOWN, Shop

OFFER = """\
rule: chat-offer
purpose: offers
when: {intent: promotion_query}
then:
  - coupon: {percent: 10, days: 7}
  - reply:
      zh: "送您一张 {percent}% 的券：{code}"
      en: "{percent}% off for you: {code}"
"""


async def test_without_a_rule_nothing_is_promised(rasa: Rasa, shop: Shop) -> None:
    reply = await rasa.asks("promotion", "有什么优惠", intent="promotion_query", by=KNOWN)
    async with shop.database.reading() as session:
        coupons = list(await session.scalars(select(Coupon)))
    assert (reply.texts[0][:14], coupons) == ("眼下没有正在进行的活动，我不", [])


async def test_a_rule_decides_and_its_coupon_is_spoken(rasa: Rasa, shop: Shop, settings: Settings) -> None:
    (settings.rules_dir / "offer.yml").write_text(OFFER, encoding="utf-8")
    reply = await rasa.asks("promotion", "any offers?", intent="promotion_query", by=KNOWN, language="en")
    async with shop.database.reading() as session:
        (coupon,) = await session.scalars(select(Coupon))
    assert (coupon.customer_id, coupon.percent, coupon.rule) == (shop.mei, 10, "chat-offer")
    assert reply.texts == [f"10% off for you: {coupon.code}"]
