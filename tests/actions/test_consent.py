"""Opting in and out, as the database has it afterwards."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from rapport.store.consents import Consent, consents_of, record_consent, suppress, suppression_reason
from rapport.store.conversations import Conversation
from rapport.store.customers import Customer, identities_of
from rapport.store.events import Event
from rapport.store.messages import Delivery, Message
from rapport.store.telegram import TelegramChat
from tests.actions.rasa_calls import Rasa, entity
from tests.actions.small_shop import ANONYMOUS, KNOWN, MEI_EMAIL, Shop

MARKETING = {("email", "newsletter"), ("email", "recommendations"), ("email", "offers")}
BO = entity("email", "bo@example.org")


async def consents(shop: Shop) -> set[tuple[str, str]]:
    async with shop.database.reading() as session:
        return set(await consents_of(session, shop.mei))


async def events(shop: Shop, name: str) -> list[dict[str, object]]:
    async with shop.database.reading() as session:
        rows = await session.scalars(select(Event).where(Event.name == name).order_by(Event.id))
        return [{**event.properties, "customer": event.customer_id} for event in rows]


async def letters(shop: Shop) -> list[Message]:
    async with shop.database.reading() as session:
        return list(await session.scalars(select(Message).order_by(Message.id)))


async def test_a_known_customer_is_subscribed_with_evidence(rasa: Rasa, shop: Shop) -> None:
    reply = await rasa.asks("marketing_opt_in", "给我发优惠邮件吧", by=KNOWN)
    assert reply.texts == [
        f"好的，已经为您订阅店铺来信、好物推荐、优惠消息，会发到 {MEI_EMAIL}。不想收了，跟我说一声“退订”就行。"
    ]
    assert await consents(shop) == MARKETING
    assert await events(shop, "consent_granted") == [
        {"channel": "email", "purpose": purpose, "source": "chat", "customer": shop.mei}
        for purpose in ("newsletter", "recommendations", "offers")
    ]


async def test_the_evidence_is_her_own_words(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("marketing_opt_in", "给我发优惠邮件吧", by=KNOWN)
    async with shop.database.reading() as session:
        evidence = set(await session.scalars(select(Consent.evidence)))
    assert evidence == {f"conversation {KNOWN}, message 1: 给我发优惠邮件吧"}


async def test_a_second_opt_in_changes_nothing(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("marketing_opt_in", "订阅", by=KNOWN)
    again = await rasa.asks("marketing_opt_in", "subscribe me please", by=KNOWN)
    assert again.texts[0].startswith("You're already subscribed")
    assert len(await events(shop, "consent_granted")) == 6


async def test_who_speaks_of_no_mail_agrees_to_lines_in_the_chat_too_and_is_told(rasa: Rasa, shop: Shop) -> None:
    reply = await rasa.asks("marketing_opt_in", "sign me up for news", by=KNOWN)
    assert f"at {MEI_EMAIL}, and here in the chat while you're around" in reply.texts[0]
    assert await consents(shop) == MARKETING | {("web", purpose) for _, purpose in MARKETING}
    await rasa.asks("marketing_opt_out", "stop all of it", by=KNOWN)
    assert await consents(shop) == set()


@pytest.mark.parametrize(
    ("action", "text", "intent"), [("answer", "好的", "affirm"), ("marketing_opt_in", "/marketing_opt_in", "")]
)
async def test_yes_to_the_invitation_is_consent_to_just_that(
    rasa: Rasa, shop: Shop, action: str, text: str, intent: str
) -> None:
    await rasa.asks("recommend", "有什么推荐的吗", by=KNOWN)
    reply = await rasa.asks(action, text, intent=intent, by=KNOWN)
    assert (await consents(shop), reply.slots["asked_for"]) == ({("email", "recommendations")}, None)
    assert reply.texts[0].startswith("好的，已经为您订阅好物推荐，会发到")


async def test_a_subscription_she_brings_up_herself_is_the_whole(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("recommend", "有什么推荐的吗", by=KNOWN)
    await rasa.asks("marketing_opt_in", "邮件我都要订", by=KNOWN)
    assert await consents(shop) == MARKETING


async def test_a_stranger_who_says_yes_is_asked_to_confirm_just_that(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("recommend", "anything nice?")
    asked = await rasa.asks("marketing_opt_in", "/marketing_opt_in")
    await rasa.asks("marketing_opt_in", "bo@example.org", entities=[BO])
    assert asked.slots == {"asked_for": "marketing_opt_in:recommendations"}
    assert [letter.context["confirm"]["purpose"] for letter in await letters(shop)] == ["recommendations"]


async def test_her_own_yes_undoes_her_own_no_but_no_bounce(rasa: Rasa, shop: Shop, now: datetime) -> None:
    async with shop.database.session() as session:
        await suppress(session, "email", MEI_EMAIL, reason="unsubscribed", at=now)
        await suppress(session, "email", "bo@example.org", reason="bounced", at=now)
    await rasa.asks("marketing_opt_in", "订阅", by=KNOWN)
    async with shop.database.reading() as session:
        reasons = [await suppression_reason(session, "email", who) for who in (MEI_EMAIL, "bo@example.org")]
    assert reasons == [None, "bounced"]


async def test_a_stranger_gets_one_letter_and_no_consent(rasa: Rasa, shop: Shop, now: datetime) -> None:
    asked = await rasa.asks("marketing_opt_in", "我想订阅")
    given = await rasa.asks("answer", "我的邮箱是 bo@example.org", intent="contact_info", entities=[BO])
    assert (asked.slots, given.texts[0][:21]) == (
        {"asked_for": "marketing_opt_in:"},
        "确认信正寄往 bo@example.org",
    )
    (letter,) = await letters(shop)
    async with shop.database.reading() as session:
        deliveries = list(await session.scalars(select(Delivery.due_at)))
        identities = await identities_of(session, letter.customer_id)
        granted = await consents_of(session, letter.customer_id)
        conversation = await session.get_one(Conversation, ANONYMOUS)
    assert (letter.template, letter.purpose, letter.state) == ("confirm_opt_in", "order_updates", "queued")
    assert letter.context["confirm"] == {"channel": "email", "purpose": "newsletter"}
    assert (deliveries, identities, granted) == ([now], {"email": "bo@example.org"}, frozenset())
    assert await events(shop, "message_queued") == [
        {
            "message_id": letter.id,
            "channel": "email",
            "purpose": "order_updates",
            "template": "confirm_opt_in",
            "customer": letter.customer_id,
        }
    ]
    # An address that was only claimed says nothing about who is chatting.
    assert conversation.customer_id is None


async def test_a_known_address_is_answered_like_a_new_one_and_written_to_once_a_day(rasa: Rasa, shop: Shop) -> None:
    hers = entity("email", MEI_EMAIL)
    replies = [await rasa.asks("marketing_opt_in", f"订阅 {MEI_EMAIL}", entities=[hers]) for _ in range(2)]
    new = await rasa.asks("marketing_opt_in", "订阅 bo@example.org", entities=[BO])
    assert {reply.texts[0].replace(MEI_EMAIL, "bo@example.org") for reply in replies} == set(new.texts)
    assert [letter.customer_id == shop.mei for letter in await letters(shop)] == [True, False]
    assert await consents(shop) == set()


async def test_one_conversation_cannot_make_us_write_to_a_whole_list(rasa: Rasa, shop: Shop) -> None:
    for number in range(5):
        address = f"victim{number}@example.org"
        await rasa.asks("marketing_opt_in", f"订阅 {address}", entities=[entity("email", address)])
    assert len(await letters(shop)) == 3


async def test_another_address_of_a_known_customer_is_confirmed_first(rasa: Rasa, shop: Shop) -> None:
    await rasa.asks("marketing_opt_in", "订阅到 bo@example.org", by=KNOWN, entities=[BO])
    async with shop.database.reading() as session:
        hers = await identities_of(session, shop.mei)
    assert (len(await letters(shop)), hers["email"], await consents(shop)) == (1, MEI_EMAIL, set())


async def test_opting_out_withdraws_everything_but_order_updates(rasa: Rasa, shop: Shop, now: datetime) -> None:
    async with shop.database.session() as session:
        for channel, purpose in (("email", "offers"), ("telegram", "win_back"), ("email", "order_updates")):
            await record_consent(
                session, shop.mei, channel=channel, purpose=purpose, granted=True, at=now, source="import"
            )
    reply = await rasa.asks("marketing_opt_out", "别再给我发广告了", by=KNOWN)
    assert reply.texts == ["已经帮您全部退订，营销邮件和消息都不会再发了。订单相关的通知还会照常送到。"]
    assert await consents(shop) == {("email", "order_updates")}
    assert await events(shop, "consent_withdrawn") == [
        {"channel": "email", "purpose": "offers", "source": "chat", "customer": shop.mei},
        {"channel": "telegram", "purpose": "win_back", "source": "chat", "customer": shop.mei},
    ]


async def test_a_stranger_is_suppressed_at_once_by_address(rasa: Rasa, shop: Shop) -> None:
    asked = await rasa.asks("marketing_opt_out", "stop sending me emails")
    given = await rasa.asks("answer", "it's bo@example.org", intent="out_of_scope", entities=[BO])
    async with shop.database.reading() as session:
        reason = await suppression_reason(session, "email", "bo@example.org")
        customers = list(await session.scalars(select(Customer.id)))
    assert asked.texts == ["Of course. Which e-mail address are we writing to? I'll stop it at once."]
    assert given.texts == ["Done. bo@example.org is on our do-not-contact list, so no more marketing will go there."]
    # Who wants nothing from us is not made a customer for it.
    assert (reason, customers) == ("unsubscribed", [shop.mei])


async def moved_to_telegram(shop: Shop, conversation_id: str, now: datetime) -> None:
    async with shop.database.session() as session:
        (await session.get_one(Conversation, conversation_id)).channel = "telegram"
        session.add(TelegramChat(chat_id=7, conversation_id=conversation_id, language="zh", opened_at=now))


async def test_in_telegram_a_yes_is_for_telegram(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await moved_to_telegram(shop, KNOWN, now)
    async with shop.database.session() as session:
        await suppress(session, "telegram", "7", reason="unsubscribed", at=now)
    reply = await rasa.asks("marketing_opt_in", "有优惠告诉我", by=KNOWN)
    assert reply.texts == ["好的，以后会在这里给您发店铺来信、好物推荐、优惠消息。不想收了，发 /stop 就行。"]
    assert await consents(shop) == {("telegram", purpose) for _, purpose in MARKETING}
    async with shop.database.reading() as session:
        assert await suppression_reason(session, "telegram", "7") is None


async def test_in_telegram_nobody_needs_to_be_known(rasa: Rasa, shop: Shop, now: datetime) -> None:
    await moved_to_telegram(shop, ANONYMOUS, now)
    first = await rasa.asks("recommend", "recommend something to me", by=ANONYMOUS)
    assert (
        first.texts[-1]
        == "Would you like me to tell you here when something suits you? You can stop at any time with /stop."
    )
    reply = await rasa.asks("answer", "yes please", intent="affirm", by=ANONYMOUS)
    assert reply.texts == [
        "Done! From now on you'll get this here: product recommendations. Just send /stop whenever you've had enough."
    ]
    async with shop.database.reading() as session:
        customer_id = (await session.get_one(Conversation, ANONYMOUS)).customer_id
        assert customer_id is not None
        assert await identities_of(session, customer_id) == {"telegram": "7"}
        assert await consents_of(session, customer_id) == {("telegram", "recommendations")}
