"""A coupon is diagnosed for its owner; to anybody else it is only not theirs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from actions.coupon_check import Finding, diagnose
from rapport.store.conversations import Handoff
from rapport.store.customers import add_customer
from rapport.store.offers import Coupon
from tests.actions.rasa_calls import Rasa, entity
from tests.actions.small_shop import KNOWN, MEI_EMAIL, Shop

DAY = timedelta(days=1)


async def issue(shop: Shop, code: str, customer: int | None, now: datetime, **parts: object) -> None:
    values = {"percent": 10, "issued_at": now - 9 * DAY, "expires_at": now + 5 * DAY, **parts}
    async with shop.database.session() as session:
        session.add(Coupon(code=code, customer_id=customer, **values))


async def bo(shop: Shop, now: datetime) -> int:
    async with shop.database.session() as session:
        return (await add_customer(session, {"email": "bo@example.org"}, now=now)).id


@pytest.mark.parametrize(
    ("parts", "spent", "finding"),
    [
        ({}, None, "fine"),
        ({"customer_id": None}, None, "fine"),
        ({"customer_id": 8}, None, "other_account"),
        ({"customer_id": 8, "order_id": 3}, None, "other_account"),
        ({"order_id": 3}, None, "used"),
        ({"expires_at": timedelta(0)}, None, "expired"),
        ({"minimum_minor": 10_000}, None, "minimum"),
        ({"minimum_minor": 10_000}, 9_999, "short"),
        ({"minimum_minor": 10_000}, 10_000, "fine"),
    ],
)
def test_diagnose(now: datetime, parts: dict[str, object], spent: int | None, finding: Finding) -> None:
    values: dict[str, object] = {"customer_id": 7, "minimum_minor": 0, "expires_at": DAY, **parts}
    lasts = values.pop("expires_at")
    assert isinstance(lasts, timedelta)
    coupon = Coupon(code="X", percent=10, expires_at=now + lasts, **values)
    assert diagnose(coupon, 7, spent_minor=spent, now=now) == finding


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"expires_at": datetime.fromisoformat("2026-02-20T17:00:00+00:00")}, "2026年2月21日 过期"),
        ({"minimum_minor": 19_900}, "要满 ¥199"),
        ({}, "是有效的"),
    ],
)
async def test_the_owner_hears_what_is_in_the_way(
    rasa: Rasa, shop: Shop, now: datetime, parts: dict[str, object], said: str
) -> None:
    await issue(shop, "SPRING10", shop.mei, now, **parts)
    reply = await rasa.asks("coupon_problem", "spring10 这张券用不了", by=KNOWN)
    assert said in reply.texts[0]


async def test_what_is_missing_to_the_minimum_is_told(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await issue(shop, "SPRING10", shop.mei, now, minimum_minor=19_900)
    amount = entity("budget", 150, written="150", role="about")
    reply = await rasa.asks("coupon_problem", "SPRING10 买了 150 块用不了", by=KNOWN, entities=[amount])
    assert reply.texts == ["券码 SPRING10 要满 ¥199 才能用，还差 ¥49。"]


async def test_of_anothers_coupon_nothing_is_told(rasa: Rasa, shop: Shop, now: datetime) -> None:
    other = await bo(shop, now)
    await issue(shop, "OLD10", other, now, expires_at=now - DAY, minimum_minor=777)
    await issue(shop, "NEW10", other, now)
    replies = [await rasa.asks("coupon_problem", f"{code} 用不了", by=KNOWN) for code in ("OLD10", "NEW10")]
    assert replies[0].texts[0].replace("OLD10", "NEW10") == replies[1].texts[0]
    assert "不在您的账号名下" in replies[0].texts[0]


async def test_the_code_is_asked_for_and_her_own_are_listed(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await issue(shop, "SPRING10", shop.mei, now)
    await issue(shop, "GONE10", shop.mei, now, expires_at=now - DAY)
    await issue(shop, "BO10", await bo(shop, now), now)
    asked = await rasa.asks("coupon_problem", "我的券用不了", by=KNOWN)
    tagged = [entity("order_id", "SPRING10")]
    given = await rasa.asks("answer", "SPRING10", intent="out_of_scope", by=KNOWN, entities=tagged)
    assert asked.texts[1] == "您名下现在能用的券：\nSPRING10：减 10%，到 2026年3月6日"
    assert given.texts[0].startswith("券码 SPRING10 是有效的，")


async def test_a_stranger_proves_whose_a_personal_coupon_is(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await issue(shop, "SPRING10", shop.mei, now)
    asked = await rasa.asks("coupon_problem", "SPRING10 用不了")
    both = [entity("order_id", "HM-1001"), entity("email", MEI_EMAIL)]
    told = await rasa.asks("answer", f"HM-1001 {MEI_EMAIL}", intent="contact_info", entities=both)
    assert ("专用" in asked.texts[0], "是有效的" in told.texts[0]) == (True, True)


async def test_a_coupon_for_everybody_needs_no_proof(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await issue(shop, "ALL5", None, now, expires_at=now - DAY)
    reply = await rasa.asks("coupon_problem", "ALL5 doesn't work")
    assert reply.texts == ["The code ALL5 expired on 28 February 2026, which is why it isn't taken. I'm sorry."]


async def test_three_unknown_codes_bring_a_person(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("coupon_problem", "券用不了")
    for code in ("ABCD1", "ABCD2", "ABCD3"):
        await rasa.asks("answer", code, intent="out_of_scope")
    async with shop.database.reading() as session:
        assert list(await session.scalars(select(Handoff.reason))) == ["coupon_problem"]


async def test_an_order_number_is_not_taken_for_a_code(rasa: Rasa) -> None:
    named = [entity("order_id", "HM-1001")]
    reply = await rasa.asks("coupon_problem", "HM-1001 用不了券", by=KNOWN, entities=named)
    assert reply.texts == ["我帮您查查是哪里不对。把券码发给我就行。"]
