"""Who comes into the queue is lined up and told how long, or told that nobody is there and what happens instead."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from rapport.chat.assignment import set_presence
from rapport.chat.desk import close, take_over
from rapport.chat.desk_clock import DeskClock
from rapport.chat.email_address import address_in, gives_address
from rapport.chat.gateway import filled_in
from rapport.chat.hours import Hours
from rapport.chat.priority import priority, value_of
from rapport.chat.reception import welcome
from rapport.chat.responder import leave_queue
from rapport.chat.sla import sla_of
from rapport.chat.state import view_after
from rapport.chat.terms import Terms
from rapport.chat.words import nobody_there
from rapport.store.conversations import Conversation, Handoff, append_message
from rapport.store.customers import add_customer
from rapport.store.database import Database
from rapport.store.events import add_event
from rapport.store.handoffs import waiting_handoffs
from rapport.store.queue import start_handoff
from rapport.store.scores import move_to_segments
from rapport.store.tickets import Ticket
from tests.chat.conftest import Chat
from tests.chat.staff import ANN, BOB, add_agent

NINE_TO_NINE = Hours((((time(9), time(21)),),) * 7, "Asia/Shanghai", {"zh": "北京时间", "en": "Beijing time"})
TERMS = Terms(hours=NINE_TO_NINE)


async def ask_for_a_person(database: Database, conversation_id: str, now: datetime) -> None:
    async with database.session() as session:
        if await session.get(Conversation, conversation_id) is None:
            session.add(Conversation(id=conversation_id, channel="web", language="zh", opened_at=now))
            await session.flush()
        assert await start_handoff(session, conversation_id, reason="asked", now=now)
        assert await welcome(session, conversation_id, now=now, terms=TERMS)
        assert not await welcome(session, conversation_id, now=now, terms=TERMS)


async def given_to(database: Database) -> list[tuple[str, str | None]]:
    async with database.reading() as session:
        rows = await session.execute(select(Handoff.state, Handoff.agent).order_by(Handoff.id))
        return [(row.state, row.agent) for row in rows]


async def present(database: Database, name: str, presence: str, now: datetime) -> None:
    async with database.session() as session:
        await set_presence(session, name, presence, now=now, terms=TERMS)  # type: ignore[arg-type]


def conversation(number: int) -> str:
    return f"{number:032x}"


async def test_customers_go_round_among_those_online_as_far_as_they_have_room(
    database: Database, now: datetime
) -> None:
    async with database.session() as session:
        await add_agent(session, ANN, now, capacity=2)
        await add_agent(session, BOB, now, capacity=1)
    for number in range(4):
        await ask_for_a_person(database, conversation(number), now + timedelta(seconds=number))
    assert await given_to(database) == [
        ("assigned", "ann"),
        ("assigned", "bob"),
        ("assigned", "ann"),
        ("requested", None),
    ]
    async with database.session() as session:
        await take_over(session, conversation(1), BOB, version=2, now=now, terms=TERMS)
        await close(session, conversation(1), BOB, version=3, now=now, terms=TERMS)
    assert (await given_to(database))[-1] == ("assigned", "bob")


async def test_who_waits_is_given_to_whoever_comes_online(database: Database, now: datetime) -> None:
    # Chatwoot #10685: a conversation that was queued while nobody took any stays unassigned.
    async with database.session() as session:
        await add_agent(session, ANN, now, presence="away")
    await ask_for_a_person(database, conversation(1), now)
    assert await given_to(database) == [("requested", None)]
    await present(database, "ann", "online", now)
    assert await given_to(database) == [("assigned", "ann")]


async def test_who_goes_gives_back_what_she_was_given(database: Database, now: datetime) -> None:
    async with database.session() as session:
        await add_agent(session, ANN, now)
    await ask_for_a_person(database, conversation(1), now)
    async with database.session() as session:
        await add_agent(session, BOB, now)
    await present(database, "ann", "offline", now)
    assert await given_to(database) == [("assigned", "bob")]


@pytest.mark.parametrize("how", ["does not open it", "has no heartbeat"])
async def test_an_agent_who_is_silent_loses_what_she_was_given(database: Database, now: datetime, how: str) -> None:
    async with database.session() as session:
        await add_agent(session, ANN, now)
    await ask_for_a_person(database, conversation(1), now)
    late = now + (TERMS.accept if how == "does not open it" else TERMS.silent + timedelta(seconds=1))
    async with database.session() as session:
        await add_agent(session, BOB, late)
    if how == "does not open it":
        await present(database, "ann", "online", late - timedelta(seconds=1))
    await DeskClock(lambda: TERMS).tick(database, late)
    assert await given_to(database) == [("assigned", "bob")]


async def test_what_an_agent_held_goes_to_another_when_her_line_is_dead(chat: Chat) -> None:
    async with chat.database.session() as session:
        await add_agent(session, ANN, chat.now)
        await take_over(session, chat.id, ANN, version=1, now=chat.now, terms=TERMS)
        await add_agent(session, BOB, chat.now + TERMS.gone)
    await chat.say("还在吗？")
    clock, gone = DeskClock(lambda: TERMS), chat.now + TERMS.gone + timedelta(seconds=1)
    await clock.tick(chat.database, gone - timedelta(seconds=30))
    assert (await given_to(chat.database))[-1] == ("accepted", "ann")
    await clock.tick(chat.database, gone)
    assert (await given_to(chat.database))[-1] == ("assigned", "bob")
    assert [author for author, _ in await chat.texts()] == ["system", "customer", "system"]


async def test_with_nobody_there_she_is_told_when_and_leaves_an_address(chat: Chat) -> None:
    chat.now = datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
    await chat.say("想问一下茶具能不能定制")
    await chat.turns.idle()
    await ask_for_a_person(chat.database, chat.id, chat.now)
    line = "人工客服现在下班了，明天 09:00（北京时间）回来。您的问题已经记下来了（工单 1 号），到时就处理。"
    asked = "麻烦留个邮箱，处理好了会写邮件告诉您；别的事可以继续问我。"
    assert (await chat.texts())[-1] == ("system", line + asked)
    (message,) = [one for one in (await chat.view()).messages if "form" in one]
    assert message["form"]["fields"] == [{"name": "email", "label": "邮箱", "type": "email", "required": True}]
    assert (await chat.hear("mei@nowhere"))[-1] == "这个邮箱地址好像不太对，麻烦再看一眼，重新发给我，好吗？"
    heard = await chat.hear("我的邮箱是Mei.Lin@example.org。")
    assert heard == ["邮箱记下了：Mei.Lin@example.org。处理好了会写邮件告诉您。"]
    assert await chat.hear("那先看看红茶") == ["You said: 那先看看红茶"]
    async with chat.database.reading() as session:
        (ticket,) = await session.scalars(select(Ticket))
        (handoff,) = await session.scalars(select(Handoff))
    assert (ticket.kind, ticket.text, handoff.outcome) == (
        "question",
        "想问一下茶具能不能定制\nE-mail: Mei.Lin@example.org",
        "nobody",
    )
    assert chat.rasa.said() == ["想问一下茶具能不能定制", "那先看看红茶"]


async def test_an_address_may_be_given_by_the_form(chat: Chat) -> None:
    chat.now = datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
    await ask_for_a_person(chat.database, chat.id, chat.now)
    async with chat.database.reading() as session:
        filled = await filled_in(session, chat.id, 1, {"email": "mei@example.org"})
    assert await chat.hear(filled) == ["邮箱记下了：mei@example.org。处理好了会写邮件告诉您。"]
    assert chat.rasa.said() == []


async def test_when_the_last_agent_goes_those_who_wait_are_told(database: Database, now: datetime) -> None:
    async with database.session() as session:
        await add_agent(session, ANN, now, presence="away")
    await ask_for_a_person(database, conversation(1), now)
    await DeskClock(lambda: TERMS).tick(database, now + timedelta(seconds=30))
    assert await given_to(database) == [("requested", None)]
    await DeskClock(lambda: TERMS).tick(database, now + TERMS.silent + timedelta(seconds=1))
    async with database.reading() as session:
        view = await view_after(session, conversation(1), 0, now=now, terms=TERMS)
    assert (view.state.responder, [message["author"] for message in view.messages]) == (
        "assistant",
        ["system", "system"],
    )


async def test_who_waits_sees_her_place_and_may_leave_it(database: Database, now: datetime) -> None:
    async with database.session() as session:
        await add_agent(session, ANN, now, capacity=1)
    for number in range(3):
        await ask_for_a_person(database, conversation(number), now + timedelta(seconds=number))

    async def position(number: int) -> int | None:
        async with database.reading() as session:
            return (await view_after(session, conversation(number), 0, now=now, terms=TERMS)).state.position

    assert [await position(number) for number in range(3)] == [1, 1, 2]
    async with database.session() as session:
        await leave_queue(session, conversation(0), now=now, terms=TERMS)
    assert await given_to(database) == [("ended", "ann"), ("assigned", "ann"), ("requested", None)]
    assert [await position(number) for number in range(3)] == [None, 1, 1]


async def test_skill_and_language_say_who_takes_whom(database: Database, now: datetime) -> None:
    async with database.session() as session:
        await add_agent(session, ANN, now, skills=["sales"], languages=["zh"])
        await add_agent(session, BOB, now, skills=["returns"], languages=["zh", "en"], capacity=1)
    terms = Terms(skills={"delivery_problem": "returns"})
    for number, (language, reason) in enumerate([("zh", "delivery_problem"), ("en", "asked"), ("zh", "asked")]):
        async with database.session() as session:
            name = conversation(number)
            session.add(Conversation(id=name, channel="web", language=language, opened_at=now))
            await session.flush()
            await start_handoff(session, name, reason=reason, now=now)
            await welcome(session, name, now=now, terms=terms)
    # Bob is the one for the second, too: she waits for him; Ann takes the third.
    assert await given_to(database) == [("assigned", "bob"), ("requested", None), ("assigned", "ann")]


async def test_a_valuable_or_an_angry_customer_has_a_head_start(database: Database, now: datetime) -> None:
    async with database.session() as session:
        await add_agent(session, ANN, now + timedelta(seconds=150), capacity=0)
        champion = await add_customer(session, {"email": "champion@example.org"}, now=now)
        await move_to_segments(session, {champion.id: "champion"}, model_version="1", at=now)
        session.add(
            Conversation(id=conversation(2), customer_id=champion.id, channel="web", language="zh", opened_at=now)
        )
        session.add(Conversation(id=conversation(3), channel="web", language="zh", opened_at=now))
        await session.flush()
        await append_message(session, conversation(3), "customer", "什么破店", at=now)
        await add_event(
            session, "message_understood", customer_id=None, at=now, conversation_id=conversation(3),
            properties={"sentiment": 0.1}, key=f"{conversation(3)}:1:0",
        )  # fmt: skip
    for number, seconds in ((1, 0), (2, 100), (3, 140), (4, 150)):
        await ask_for_a_person(database, conversation(number), now + timedelta(seconds=seconds))
    async with database.reading() as session:
        waiting = await waiting_handoffs(session)
    # 100 s less 120, 140 s less 144: both before the first, who came at 0.
    assert [int(handoff.conversation_id, 16) for handoff in waiting] == [2, 3, 1, 4]


def test_nobody_overtakes_by_more_than_her_standing_is_worth() -> None:
    assert priority(waited=0, value=1, sentiment=0) == 300
    assert priority(waited=301) > priority(waited=0, value=1, sentiment=0)
    assert priority(waited=10, sentiment=0.9) == priority(waited=10)
    assert (value_of("champion", 0.2), value_of(None, 0.4), value_of("lapsed", None)) == (1.0, 0.4, 0.2)


async def test_an_answer_gets_late_and_a_warning_comes_before(chat: Chat) -> None:
    async with chat.database.session() as session:
        await take_over(session, chat.id, ANN, version=1, now=chat.now, terms=TERMS)
    await chat.say("在吗")
    async with chat.database.reading() as session:
        (handoff,) = await session.scalars(select(Handoff))
    levels = [sla_of(handoff, now=chat.now + timedelta(seconds=after), terms=TERMS) for after in (95, 96, 119, 120)]
    assert levels == ["ok", "warning", "warning", "late"]
    clock = DeskClock(lambda: TERMS)
    with chat.signals.subscribe("desk") as changed:
        await clock.tick(chat.database, chat.now + timedelta(seconds=97))
        await changed.wait()
    assert clock.told == {handoff.id: "warning"}


@pytest.mark.parametrize(
    ("at", "open_", "opens"),
    [
        ("2026-03-02T01:00", True, "2026-03-02T09:00+08:00"),
        ("2026-03-02T00:59", False, "2026-03-02T09:00+08:00"),
        ("2026-03-02T13:00", False, "2026-03-03T09:00+08:00"),
    ],
)
def test_the_shop_is_open_by_its_own_clock(at: str, open_: bool, opens: str) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    found = NINE_TO_NINE.opens_at(now)
    assert (NINE_TO_NINE.is_open(now), found and found.isoformat(timespec="minutes")) == (open_, opens)


def test_a_shop_that_never_opens_promises_no_time() -> None:
    text = nobody_there(
        "en", Hours(((),) * 7), ticket=7, address="m***@example.org", now=datetime(2026, 3, 1, tzinfo=UTC)
    )
    assert text == (
        "None of my colleagues is online. I've noted your question (ticket 7) for them to see to. "
        "They'll write to m***@example.org. Meanwhile, ask me anything else."
    )


@pytest.mark.parametrize(
    ("text", "address", "gives"),
    [
        ("a@example.org", "a@example.org", True),
        ("邮箱：a.b+c@Example.org，谢谢", "a.b+c@example.org", True),
        ("a@@example", None, True),
        ("can I pay with PayPal to a@example.org for the order I placed last week?", "a@example.org", False),
        ("没有邮箱", None, False),
    ],
)
def test_an_address_is_told_from_other_words(text: str, address: str | None, gives: bool) -> None:
    assert (address_in(text), gives_address(text)) == (address, gives)
