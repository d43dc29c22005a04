"""Events come in, and what the rules make of them is there once, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import select

from rapport.marketing.automation import Applied, Automation, NewEvent
from rapport.marketing.journeys import advance_due
from rapport.marketing.rulebook import RuleFolder
from rapport.store.consents import record_consent
from rapport.store.conversations import Conversation, Handoff
from rapport.store.customers import tags_of
from rapport.store.database import Database
from rapport.store.events import Event, add_event
from rapport.store.journeys import Enrolment, RuleVersion
from rapport.store.messages import Delivery, Message
from rapport.store.offers import Coupon, Exposure
from rapport.store.orders import Order

WriteRules = Callable[..., RuleFolder]
AutomationOf = Callable[..., Automation]


def understood(customer_id: int | None, intent: str, at: datetime, **more: Any) -> NewEvent:
    properties = {"intent": intent, **more.pop("properties", {})}
    return NewEvent("message_understood", customer_id, at, properties, **more)


async def tell(database: Database, automation: Automation, event: NewEvent) -> Applied:
    async with database.session() as session:
        return await automation.on_event(session, event, now=event.at)


async def pass_time(database: Database, automation: Automation, now: datetime) -> int:
    async with database.session() as session:
        return await advance_due(session, automation, now=now)


async def rows(database: Database, table: type[Any]) -> Sequence[Any]:
    async with database.reading() as session:
        return (await session.scalars(select(table))).all()


async def names(database: Database) -> list[str]:
    return sorted(event.name for event in await rows(database, Event))


async def test_a_follow_up_waits_and_is_queued_with_the_products_shown(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    automation = automation_of(shipped)
    told = await tell(database, automation, understood(mei, "recommend", now, properties={"products": ["A", "B"]}))
    early = await pass_time(database, automation, now + timedelta(hours=1, minutes=59))
    due = await pass_time(database, automation, now + timedelta(hours=2))
    [message], [delivery] = await rows(database, Message), await rows(database, Delivery)
    assert (told.waits, early, due) == (1, 0, 1)
    assert (message.customer_id, message.channel, message.purpose, message.template, message.language) == (
        mei, "email", "recommendations", "recommendations", "zh",
    )  # fmt: skip
    assert message.context == {"products": ["A", "B"], "asked_at": now.isoformat()}
    assert (delivery.state, delivery.due_at) == ("due", now + timedelta(hours=2))
    assert await names(database) == ["message_queued", "message_understood"]


async def test_the_enrolment_is_done_afterwards(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    automation = automation_of(shipped)
    await tell(database, automation, understood(mei, "recommend", now))
    await pass_time(database, automation, now + timedelta(hours=2))
    again = await pass_time(database, automation, now + timedelta(hours=3))
    [enrolment] = await rows(database, Enrolment)
    assert (enrolment.state, enrolment.reason, enrolment.ended_at, again) == (
        "done", "", now + timedelta(hours=2), 0,
    )  # fmt: skip


@pytest.mark.parametrize("bought_by", ["event", "order"])
async def test_a_purchase_within_the_delay_stops_it_even_if_the_worker_comes_late(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf, bought_by: str
) -> None:
    automation, bought_at = automation_of(shipped), now + timedelta(minutes=5)
    await tell(database, automation, understood(mei, "recommend", now))
    async with database.session() as session:
        if bought_by == "event":
            await add_event(session, "order_placed", customer_id=mei, at=bought_at)
        else:
            session.add(Order(number="1", customer_id=mei, currency="CNY", total_minor=1, placed_at=bought_at))
    await pass_time(database, automation, now + timedelta(hours=9))
    [enrolment] = await rows(database, Enrolment)
    assert (enrolment.state, enrolment.reason, await rows(database, Message)) == ("exited", "exited", [])


async def test_a_purchase_told_to_the_rules_ends_the_wait_at_once(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    automation = automation_of(shipped)
    await tell(database, automation, understood(mei, "recommend", now))
    await tell(database, automation, NewEvent("order_placed", mei, now + timedelta(minutes=1)))
    [enrolment] = await rows(database, Enrolment)
    assert (enrolment.state, enrolment.ended_at) == ("exited", now + timedelta(minutes=1))


async def test_an_event_told_twice_does_everything_once(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    automation = automation_of(shipped, "lapsed", 0.1)
    first = await tell(database, automation, understood(mei, "promotion_query", now, key="k"))
    second = await tell(database, automation, understood(mei, "promotion_query", now, key="k"))
    [coupon] = await rows(database, Coupon)
    assert (len(first.replies), first.coupons[0].code, second) == (1, coupon.code, Applied())


async def test_an_event_told_by_many_at_once_does_everything_once(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    automation = automation_of(shipped)
    event = understood(mei, "recommend", now, key="k")
    await asyncio.gather(*(tell(database, automation, event) for _ in range(8)))
    await asyncio.gather(*(pass_time(database, automation, now + timedelta(hours=2)) for _ in range(4)))
    assert (len(await rows(database, Enrolment)), len(await rows(database, Message))) == (1, 1)


async def test_a_limit_holds_against_many_events_at_once(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    automation = automation_of(shipped)
    events = [understood(mei, "recommend", now, key=str(number)) for number in range(6)]
    await asyncio.gather(*(tell(database, automation, event) for event in events))
    assert len(await rows(database, Enrolment)) == 1


async def test_a_limit_ends_when_its_time_is_over(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    automation = automation_of(shipped)
    for days in (0, 6, 7):
        await tell(database, automation, understood(mei, "recommend", now + timedelta(days=days)))
        await pass_time(database, automation, now + timedelta(days=days, hours=2))
    assert len(await rows(database, Message)) == 2


async def test_who_got_nothing_is_not_held_to_the_limit(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    automation = automation_of(shipped)
    async with database.session() as session:
        await record_consent(
            session, mei, channel="email", purpose="recommendations", granted=False, at=now, source="test"
        )
    await tell(database, automation, understood(mei, "recommend", now))
    await pass_time(database, automation, now + timedelta(hours=2))
    async with database.session() as session:
        await record_consent(
            session, mei, channel="email", purpose="recommendations", granted=True, at=now, source="test"
        )
    again = await tell(database, automation, understood(mei, "recommend", now + timedelta(hours=3)))
    suppressed = [event for event in await rows(database, Event) if event.name == "message_suppressed"]
    assert ([event.properties["reason"] for event in suppressed], again.waits) == (["no_consent"], 1)
    assert await rows(database, Message) == []


async def test_quiet_hours_postpone_to_the_customers_morning(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    automation, asked_at = automation_of(shipped), datetime.fromisoformat("2026-03-01T20:30:00+08:00")
    await tell(database, automation, understood(mei, "recommend", asked_at))
    await pass_time(database, automation, asked_at + timedelta(hours=2))
    [delivery] = await rows(database, Delivery)
    assert delivery.due_at == datetime.fromisoformat("2026-03-02T09:00:00+08:00")


async def test_an_offer_is_shown_with_its_code_and_date_in_both_languages(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    applied = await tell(database, automation_of(shipped, "lapsed"), understood(mei, "promotion_query", now))
    [reply] = applied.replies
    assert reply.text("zh") == "好久不见，给您留了一张 8.5 折券：CODE1，3月15日前下单都能用。"
    assert reply.text("en") == "It is good to see you again. Here is 15% off for you: CODE1, valid until 15 March."


async def test_who_asks_again_keeps_her_coupon(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    automation = automation_of(shipped, "lapsed")
    first = await tell(database, automation, understood(mei, "promotion_query", now))
    again = await tell(database, automation, understood(mei, "promotion_query", now + timedelta(days=13)))
    later = await tell(database, automation, understood(mei, "promotion_query", now + timedelta(days=14)))
    assert [one.coupons[0].code for one in (first, again, later)] == ["CODE1", "CODE1", "CODE2"]


@pytest.mark.parametrize(
    ("segment", "conversion"),
    [(None, None), ("champion", 0.9), ("loyal", 0.1), ("promising", 0.3), ("promising", 0.6), ("new", None),
     ("needs_attention", 0.2), ("at_risk", None), ("lapsed", 0.9), ("never_bought", 0.1)],
)  # fmt: skip
async def test_everybody_who_asks_for_promotions_gets_exactly_one_answer(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf,
    segment: str | None, conversion: float | None,
) -> None:  # fmt: skip
    applied = await tell(
        database, automation_of(shipped, segment, conversion), understood(mei, "promotion_query", now)
    )
    assert len(applied.replies) == 1


async def test_somebody_unknown_is_answered_too(
    database: Database, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    applied = await tell(database, automation_of(shipped), understood(None, "promotion_query", now))
    assert (len(applied.replies), applied.coupons, await names(database)) == (1, (), ["message_understood"])


ANGRY = """\
rule: soothe
purpose: order_updates
when: {intent: complaint}
if: {score: {name: sentiment, below: 0.3}}
then:
  - reply: {zh: 抱歉，让您生气了。, en: We are sorry.}
tests:
  - given: {scores: {sentiment: 0.1}}
    expect: {reply: true}
  - given: {scores: {sentiment: 0.5}}
    expect: nothing
"""


@pytest.mark.parametrize(("sentiment", "replies"), [(0.1, 1), (0.5, 0), (None, 0)])
@pytest.mark.parametrize("known", [True, False])
async def test_a_rule_may_ask_how_the_message_sounded(
    database: Database, mei: int, now: datetime, write_rules: WriteRules, automation_of: AutomationOf,
    sentiment: float | None, replies: int, known: bool,
) -> None:  # fmt: skip
    automation = automation_of(write_rules(angry=ANGRY))
    felt = {} if sentiment is None else {"sentiment": sentiment}
    applied = await tell(database, automation, understood(mei if known else None, "complaint", now, properties=felt))
    assert len(applied.replies) == replies


async def test_a_chat_turn_costs_few_queries(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    automation = automation_of(shipped, "lapsed")
    await tell(database, automation, understood(mei, "greet", now))
    statements: list[str] = []
    sql_event.listen(
        database.engine.sync_engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
    )
    counts = []
    for intent in ("greet", "promotion_query", "recommend"):
        statements.clear()
        await tell(database, automation, understood(mei, intent, now))
        counts.append(len([one for one in statements if not one.startswith("BEGIN")]))
    # Always: event, waits. Where a rule is met: customer, facts, messages. An offer: coupon looked for, coupon given.
    # A delay: version, enrolment.
    assert counts == [2, 7, 7]


async def test_a_handoff_puts_the_conversation_into_the_queue(
    database: Database, mei: int, now: datetime, write_rules: WriteRules, automation_of: AutomationOf
) -> None:
    rules = write_rules(a="{rule: a, when: {intent: complaint}, then: [{handoff: complaint}, {tag: angry}]}")
    async with database.session() as session:
        session.add(Conversation(id="c", channel="web", language="zh", customer_id=mei, opened_at=now))
    automation = automation_of(rules)
    first = await tell(database, automation, understood(mei, "complaint", now, conversation_id="c"))
    second = await tell(database, automation, understood(mei, "complaint", now, conversation_id="c"))
    [conversation], [handoff] = await rows(database, Conversation), await rows(database, Handoff)
    async with database.reading() as session:
        tags = await tags_of(session, mei)
    assert (first.handed_off, second.handed_off, tags) == (True, False, frozenset({"angry"}))
    assert (conversation.responder, conversation.waiting_since, handoff.reason) == ("queue", now, "complaint")


JOURNEY = """
rule: cart-reminder
purpose: offers
when: {event: cart_abandoned, after: 3h}
then:
  - tag: reminded
  - wait: {for: 2d, until: {event: order_placed}}
  - branch:
      - if: {event: order_placed, within: 2d}
        then: [{tag: bought}, exit]
      - else: [{coupon: {percent: 10, days: 7}}, {send: {channel: email, template: cart_coupon}}]
"""


@pytest.mark.parametrize(("buys", "expected"), [(True, ({"reminded", "bought"}, 0)), (False, ({"reminded"}, 1))])
async def test_a_journey_waits_until_an_event_or_its_time(
    database: Database, mei: int, now: datetime, write_rules: WriteRules, automation_of: AutomationOf,
    buys: bool, expected: tuple[set[str], int],
) -> None:  # fmt: skip
    automation = automation_of(write_rules(a=JOURNEY))
    await tell(database, automation, NewEvent("cart_abandoned", mei, now))
    await pass_time(database, automation, now + timedelta(hours=3))
    if buys:
        await tell(database, automation, NewEvent("order_placed", mei, now + timedelta(hours=4)))
    else:
        assert await pass_time(database, automation, now + timedelta(days=2, hours=2)) == 0
        await pass_time(database, automation, now + timedelta(days=2, hours=3))
    async with database.reading() as session:
        tags = await tags_of(session, mei)
    [enrolment] = await rows(database, Enrolment)
    assert (set(tags), len(await rows(database, Message)), enrolment.state) == (*expected, "done")


async def test_a_customer_goes_on_by_the_version_she_began_with(
    database: Database, mei: int, now: datetime, write_rules: WriteRules, automation_of: AutomationOf
) -> None:
    text = "{rule: a, when: {event: order_placed, after: 1h}, then: {tag: old}}"
    automation = automation_of(write_rules(a=text))
    await tell(database, automation, NewEvent("order_placed", mei, now))
    restarted = automation_of(write_rules(a=text.replace("old", "new")))
    await pass_time(database, restarted, now + timedelta(hours=1))
    async with database.reading() as session:
        assert await tags_of(session, mei) == frozenset({"old"})
    assert len(await rows(database, RuleVersion)) == 2


async def test_a_version_nobody_understands_any_more_is_cancelled(
    database: Database, mei: int, now: datetime, write_rules: WriteRules, automation_of: AutomationOf
) -> None:
    async with database.session() as session:
        session.add(RuleVersion(version="v", rule="a", source='{"rule": "a"}', file="a.yml", applied_at=now))
        await session.flush()
        session.add(Enrolment(rule_version="v", customer_id=mei, occurrence="1", began_at=now, due_at=now))
    await pass_time(database, automation_of(write_rules()), now)
    [enrolment] = await rows(database, Enrolment)
    assert (enrolment.state, enrolment.reason) == ("exited", "cancelled")


async def test_groups_are_noted_once_with_their_probability(
    database: Database, mei: int, now: datetime, write_rules: WriteRules, automation_of: AutomationOf
) -> None:
    rules = write_rules(
        a="""
rule: a
purpose: offers
when: {event: order_placed}
then: {send: {channel: email, template: t}}
holdout: 1%
variants: {subject: [short, warm]}
"""
    )
    automation = automation_of(rules)
    for days in (0, 3):
        await tell(database, automation, NewEvent("order_placed", mei, now + timedelta(days=days)))
    exposures = await rows(database, Exposure)
    variants = {message.variant for message in await rows(database, Message)}
    assert sorted((one.experiment, one.probability) for one in exposures) == [("a:holdout", 0.99), ("a:subject", 0.5)]
    assert variants == {next(one.arm for one in exposures if one.experiment == "a:subject")}


async def test_who_is_held_out_gets_nothing_and_that_is_noted(
    database: Database, mei: int, now: datetime, write_rules: WriteRules, automation_of: AutomationOf
) -> None:
    send = "purpose: offers, then: {send: {channel: email, template: t}}"
    rules = write_rules(a=f"{{rule: a, when: {{event: order_placed}}, {send}, holdout: 99%}}")
    await tell(database, automation_of(rules), NewEvent("order_placed", mei, now))
    [exposure] = await rows(database, Exposure)
    assert (exposure.arm, exposure.probability, await rows(database, Message)) == ("holdout", 0.99, [])
    [suppressed] = [event for event in await rows(database, Event) if event.name == "message_suppressed"]
    assert suppressed.properties["reason"] == "holdout"


async def test_what_fails_is_put_off_and_holds_up_nobody(
    database: Database, mei: int, now: datetime, shipped: RuleFolder, automation_of: AutomationOf
) -> None:
    automation = automation_of(shipped)
    await tell(database, automation, understood(mei, "recommend", now))
    due = now + timedelta(hours=2)

    async def fail(*_: object, **__: object) -> None:
        raise ValueError("no")

    automation.scorer.score = fail  # type: ignore[method-assign, assignment]
    assert await pass_time(database, automation, due) == 1
    [enrolment] = await rows(database, Enrolment)
    assert (enrolment.state, enrolment.due_at) == ("waiting", due + timedelta(minutes=10))
