"""Every figure of the board, on both databases, against cases small enough to be counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rapport.learning.errors import UnusablePeriodError
from rapport.learning.figures import Rates, Report, Satisfaction, Split, figures, flat
from rapport.store.agents import Agent
from rapport.store.board import agents_at_work, longest_waiting_since, open_by_responder
from rapport.store.conversations import Conversation, Handoff, append_message
from rapport.store.database import Database
from rapport.store.events import add_event
from rapport.store.figures import Handoffs, Spread

# Ten in the morning in Shanghai.
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LATER = START + timedelta(days=10)
MONDAY = date(2026, 3, 2)


class History:
    """Writes conversations by what happened in them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.count = 0

    async def conversation(
        self, *heard: str, at: datetime = START, said: bool = True, assistant: bool = True, **columns: Any
    ) -> str:
        self.count += 1
        name = f"{self.count:032x}"
        async with self.database.session() as session:
            session.add(Conversation(id=name, channel="web", language="zh", opened_at=at, **columns))
            await session.flush()
            if said and not heard:
                await append_message(session, name, "customer", "您好", at=at)
            for number, intent in enumerate(heard):
                one = await append_message(session, name, "customer", f"{number}", at=at)
                topic = {"topic": "delivery_fee"} if intent == "topic" else {}
                properties = {"intent": "nlu_fallback" if intent == "topic" else intent, "confidence": 0.5, **topic}
                await add_event(
                    session, "message_understood", customer_id=None, at=at, conversation_id=name,
                    properties=properties, key=f"{name}:{one.seq}:0",
                )  # fmt: skip
            if assistant:
                await append_message(session, name, "assistant", "好的", at=at)
        return name

    async def handoff(
        self,
        conversation: str,
        *,
        agent: str | None = None,
        after: float | None = None,
        answered: float | None = None,
        ended: float | None = None,
        at: datetime = START,
        **columns: Any,
    ) -> None:
        """Seconds after it was requested."""

        def moment(seconds: float | None) -> datetime | None:
            return None if seconds is None else at + timedelta(seconds=seconds)

        async with self.database.session() as session:
            session.add(
                Handoff(
                    conversation_id=conversation, reason="asked", requested_at=at, agent=agent,
                    state="requested" if ended is None else "ended", accepted_at=moment(after),
                    answered_at=moment(answered), ended_at=moment(ended), **columns,
                )
            )  # fmt: skip

    async def report(self, first: date = MONDAY, last: date = MONDAY, *, by: Split = "day") -> Report:
        async with self.database.reading() as session:
            return await figures(session, first, last, by=by, time_zone="Asia/Shanghai", now=LATER)


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


async def test_nothing_has_no_rates(history: History) -> None:
    total = (await history.report()).total
    assert (total.conversations, total.rates) == (0, Rates(None, None, None, None))
    assert (total.satisfaction, total.waiting) == (Satisfaction(0, None, None), Spread())
    assert total.handoffs == Handoffs()


async def test_the_four_rates(history: History) -> None:
    await history.conversation(said=False)  # nobody spoke: it does not count
    await history.conversation(assistant=False)  # a person from the first word on: not involved
    await history.conversation("order_status")  # answered, resolved
    await history.conversation("topic")  # answered from the policies, resolved
    await history.conversation("order_status", "nlu_fallback")  # answered, then lost: not resolved
    await history.conversation("greet")  # involved and deflected, no answer
    await history.conversation("order_status", stars=2)  # answered, discontent: not resolved
    asked = await history.conversation("order_status", "handoff")  # answered, not deflected
    await history.handoff(asked)
    total = (await history.report()).total
    assert total.conversations == 7
    assert total.rates == Rates(involvement=6 / 7, answer=5 / 6, deflection=5 / 6, resolution=2 / 6)


async def test_a_conversation_that_goes_on_is_not_resolved_yet(history: History) -> None:
    yesterday = LATER - timedelta(hours=23)
    await history.conversation("order_status", at=yesterday)
    await history.conversation("order_status", at=yesterday, closed_at=yesterday)
    day = date(2026, 3, 11)
    rates = (await history.report(day, day)).total.rates
    assert rates is not None
    assert rates.resolution == 1 / 2


async def test_satisfaction(history: History) -> None:
    for stars in (5, 4, 4, 1, None):
        await history.conversation(stars=stars)
    assert (await history.report()).total.satisfaction == Satisfaction(4, 3.5, 0.75)


async def test_waiting_first_response_and_handling_by_nearest_rank(history: History) -> None:
    one = await history.conversation()
    for wait in (10, 20, 30, 40):
        await history.handoff(
            one, agent="lin", after=wait, answered=wait + 5, ended=wait + 100, snoozed_seconds=float(wait)
        )
    await history.handoff(one, ended=60, outcome="left")
    await history.handoff(one)
    total = (await history.report()).total
    assert total.waiting == Spread(4, 20.0, 40.0)
    assert total.first_response == Spread(4, 25.0, 45.0)
    # A hundred seconds each, without the 10 to 40 that it was snoozed.
    assert total.handling == Spread(4, 70.0, 90.0)
    assert total.handoffs == Handoffs(all=6, accepted=4, resolved=0, missed=1)


async def test_by_agent(history: History) -> None:
    pleased, passed_on = await history.conversation(stars=5), await history.conversation(stars=1)
    await history.handoff(pleased, agent="lin", after=10, ended=110, outcome="resolved")
    await history.handoff(passed_on, agent="lin", after=30, ended=40, outcome="transferred")
    await history.handoff(passed_on, agent="zhou", after=50, ended=90, outcome="resolved")
    await history.handoff(passed_on, ended=60, outcome="nobody", at=START - timedelta(days=3))
    rows = {row.name: row for row in (await history.report(by="agent")).rows}
    assert sorted(rows) == ["lin", "zhou"]
    assert rows["lin"].handoffs == Handoffs(2, 2, 1, 0, rated=1, stars=5, content=1)
    assert rows["zhou"].handoffs == Handoffs(1, 1, 1, 0, rated=1, stars=1, content=0)
    assert (rows["lin"].waiting, rows["lin"].handling) == (Spread(2, 10.0, 30.0), Spread(2, 10.0, 100.0))
    assert (rows["lin"].rates, rows["zhou"].satisfaction) == (None, Satisfaction(1, 1.0, 0.0))


async def test_days_are_those_of_the_shop(history: History) -> None:
    midnight = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    await history.conversation(at=midnight - timedelta(seconds=1))
    await history.conversation(at=midnight)
    await history.conversation(at=midnight + timedelta(hours=23, minutes=59))
    report = await history.report(date(2026, 3, 1), date(2026, 3, 3))
    assert [(row.name, row.conversations) for row in report.rows] == [
        ("2026-03-01", 1), ("2026-03-02", 2), ("2026-03-03", 0)
    ]  # fmt: skip
    assert report.total.conversations == 3


async def test_a_day_of_23_hours(history: History, database: Database) -> None:
    # In Berlin the clock goes forward on 29 March 2026.
    await history.conversation(at=datetime(2026, 3, 29, 21, 59, tzinfo=UTC))
    await history.conversation(at=datetime(2026, 3, 29, 22, 1, tzinfo=UTC))
    async with database.reading() as session:
        day = date(2026, 3, 29)
        report = await figures(session, day, day, by="day", time_zone="Europe/Berlin", now=LATER)
    assert report.total.conversations == 1


@pytest.mark.parametrize(("first", "last"), [(MONDAY, MONDAY - timedelta(days=1)), (MONDAY, date(2027, 3, 3))])
async def test_a_period_that_ends_before_it_begins_or_is_too_long(history: History, first: date, last: date) -> None:
    with pytest.raises(UnusablePeriodError):
        await history.report(first, last)


async def test_a_year_by_day(history: History) -> None:
    await history.conversation()
    report = await history.report(MONDAY - timedelta(days=365), MONDAY)
    assert (len(report.rows), report.rows[-1].conversations) == (366, 1)


async def test_every_row_has_the_same_columns(history: History) -> None:
    await history.handoff(await history.conversation(), agent="lin", after=1)
    report = await history.report(by="agent")
    assert len({tuple(name for name, _ in flat(row)) for row in (report.total, *report.rows)}) == 1


async def test_the_board_of_now(history: History, database: Database) -> None:
    await history.conversation(at=LATER - timedelta(hours=2))  # silent for long
    await history.conversation(at=LATER)
    await history.conversation(at=LATER, closed_at=LATER)
    for minutes in (5, 9):
        waits = await history.conversation(responder="queue", waiting_since=LATER - timedelta(minutes=minutes))
    held = await history.conversation(responder="agent", agent="lin")
    await history.handoff(held, agent="lin", after=1)
    made = {"password_hash": "", "password_changed_at": START, "created_at": START, "role": "agent"}
    async with database.session() as session:
        (await session.get_one(Conversation, waits)).language = "en"
        (await session.get_one(Handoff, 1)).state = "accepted"
        session.add(Agent(name="lin", shown_name="小林", presence="online", seen_at=LATER, capacity=3, **made))
        session.add(Agent(name="zhou", shown_name="小周", presence="online", seen_at=START, **made))
    async with database.reading() as session:
        counted = await open_by_responder(session, silent_before=LATER - timedelta(minutes=30))
        since = await longest_waiting_since(session)
        there = await agents_at_work(session, heard_since=LATER - timedelta(seconds=60))
    assert counted == {"assistant": 1, "queue": 2, "agent": 1}
    assert since == LATER - timedelta(minutes=9)
    assert [(one.name, one.presence, one.load, one.capacity) for one in there] == [
        ("lin", "online", 1, 3), ("zhou", "offline", 0, 4)
    ]  # fmt: skip
