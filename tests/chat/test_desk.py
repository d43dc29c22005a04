"""Who responds changes once, for one of those who want it, and everybody can tell."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from rapport.chat.agent_lines import add_note, say_as_agent
from rapport.chat.desk import close, hand_back, snooze, take_over, transfer
from rapport.chat.errors import MovedError, NotHeldError, NotThereError
from rapport.chat.summary import Noted
from rapport.chat.words import words
from rapport.store.audit import AuditEntry
from rapport.store.conversations import Conversation, Handoff
from rapport.store.database import Database
from rapport.store.events import Event
from rapport.store.notes import notes_of
from rapport.store.queue import start_handoff
from tests.chat.conftest import Chat
from tests.chat.staff import ANN, BOB, EVE, add_agent


async def _conversation(chat: Chat) -> Conversation:
    async with chat.database.reading() as session:
        return await session.get_one(Conversation, chat.id)


async def _handoffs(database: Database) -> list[Handoff]:
    async with database.reading() as session:
        return list(await session.scalars(select(Handoff).order_by(Handoff.id)))


async def test_a_take_over_from_the_assistant_is_told_audited_and_recorded(chat: Chat) -> None:
    async with chat.database.session() as session:
        assert await take_over(session, chat.id, ANN, version=1, now=chat.now) == 2
    one, (handoff,) = await _conversation(chat), await _handoffs(chat.database)
    assert (one.responder, one.agent, one.version) == ("agent", "ann", 2)
    assert (handoff.state, handoff.agent, handoff.accepted_at, handoff.reason) == (
        "accepted",
        "ann",
        chat.now,
        "taken_over",
    )
    assert await chat.texts() == [("system", "小安 来了，接下来由TA为您服务。")]
    async with chat.database.reading() as session:
        (entry,) = await session.scalars(select(AuditEntry))
    assert (entry.who, entry.action, entry.object) == ("ann", "took_over", f"conversation:{chat.id}")


async def test_of_two_who_grab_a_conversation_one_wins(chat: Chat) -> None:
    async with chat.database.session() as session:
        await take_over(session, chat.id, ANN, version=1, now=chat.now)
    for version, error in ((1, MovedError), (2, NotHeldError)):
        with pytest.raises(error):
            async with chat.database.session() as session:
                await take_over(session, chat.id, BOB, version=version, now=chat.now)
    assert (await _conversation(chat)).agent == "ann"
    assert await chat.texts() == [("system", "小安 来了，接下来由TA为您服务。")]


async def test_an_admin_may_take_over_from_an_agent(chat: Chat) -> None:
    async with chat.database.session() as session:
        await take_over(session, chat.id, ANN, version=1, now=chat.now)
        await take_over(session, chat.id, EVE, version=2, now=chat.now)
    first, second = await _handoffs(chat.database)
    assert (first.outcome, second.state, second.agent) == ("transferred", "accepted", "eve")
    with pytest.raises(NotHeldError):
        async with chat.database.session() as session:
            await say_as_agent(session, chat.id, ANN, client_id="a", text="我还在", now=chat.now)


async def test_only_who_holds_it_speaks_and_once_per_client_id(chat: Chat) -> None:
    with pytest.raises(NotHeldError):
        async with chat.database.session() as session:
            await say_as_agent(session, chat.id, ANN, client_id="a", text="您好", now=chat.now)
    async with chat.database.session() as session:
        await take_over(session, chat.id, ANN, version=1, now=chat.now)
    numbers = set()
    for _ in range(2):
        async with chat.database.session() as session:
            numbers.add((await say_as_agent(session, chat.id, ANN, client_id="a", text="您好", now=chat.now)).seq)
    assert numbers == {2}
    (handoff,) = await _handoffs(chat.database)
    assert (handoff.answered_at, handoff.due_at) == (chat.now, None)
    await chat.say("我的订单呢", client_id="a")
    (handoff,) = await _handoffs(chat.database)
    assert handoff.due_at == chat.now + timedelta(seconds=300)
    assert [author for author, _ in await chat.texts()] == ["system", "agent", "customer"]


async def test_the_assistant_answers_again_after_a_hand_back_knowing_facts_and_no_words(chat: Chat) -> None:
    async with chat.database.session() as session:
        await take_over(session, chat.id, ANN, version=1, now=chat.now)
    await chat.say("我的身份证号是 123456")
    async with chat.database.session() as session:
        await say_as_agent(session, chat.id, ANN, client_id="a", text="已经为您退款 88 元", now=chat.now)
    noted = Noted(order_id="HM-1001", products=("TEA-001",), topic="refund_status")
    async with chat.database.session() as session:
        assert await hand_back(session, chat.id, ANN, version=2, noted=noted, now=chat.now) == 3
    one, (handoff,) = await _conversation(chat), await _handoffs(chat.database)
    assert (one.responder, handoff.state, handoff.outcome) == ("assistant", "ended", "returned")
    summary = json.loads(handoff.summary or "")
    assert summary == {"order_id": "HM-1001", "products": ["TEA-001"], "topic": "refund_status", "solved": True}
    assert one.context == {"listed": ["TEA-001"], "focus": "TEA-001", "current": True, "handed_back": summary}
    assert await chat.turns.resume() == 0
    assert await chat.hear("谢谢") == ["You said: 谢谢"]
    assert chat.rasa.said() == ["谢谢"]
    told = json.dumps(chat.rasa.questions, ensure_ascii=False)
    assert ("退款" in told, "身份证" in told) == (False, False)


async def test_a_transfer_goes_to_an_agent_who_is_there_or_to_the_queue(chat: Chat) -> None:
    async with chat.database.session() as session:
        await add_agent(session, ANN, chat.now, skills=["sales"])
        await take_over(session, chat.id, ANN, version=1, now=chat.now)
    with pytest.raises(NotThereError):
        async with chat.database.session() as session:
            await transfer(session, chat.id, ANN, version=2, to="bob", now=chat.now)
    async with chat.database.session() as session:
        await add_agent(session, BOB, chat.now, skills=["returns"])
        assert await transfer(session, chat.id, ANN, version=2, to="bob", now=chat.now) == 3
    one, (_, handoff) = await _conversation(chat), await _handoffs(chat.database)
    assert (one.responder, one.agent, handoff.state, handoff.agent) == ("queue", None, "assigned", "bob")
    async with chat.database.session() as session:
        await take_over(session, chat.id, BOB, version=3, now=chat.now)
        await transfer(session, chat.id, BOB, version=4, skill="returns", now=chat.now)
    *_, last = await _handoffs(chat.database)
    assert (last.skill, last.agent, last.state) == ("returns", "bob", "assigned")


async def test_what_is_snoozed_wakes_with_the_customer_s_next_word(chat: Chat) -> None:
    async with chat.database.session() as session:
        await take_over(session, chat.id, ANN, version=1, now=chat.now)
        until = chat.now + timedelta(hours=1)
        assert await snooze(session, chat.id, ANN, version=2, until=until, now=chat.now) == 2
    assert (await _conversation(chat)).snoozed_until == until
    chat.now += timedelta(seconds=90)
    await chat.say("我找到单号了")
    one, (handoff,) = await _conversation(chat), await _handoffs(chat.database)
    assert (one.snoozed_until, handoff.snoozed_seconds, handoff.snoozed_at) == (None, 90.0, None)


async def test_what_is_snoozed_is_brought_back_by_who_holds_it(chat: Chat) -> None:
    async with chat.database.session() as session:
        await take_over(session, chat.id, ANN, version=1, now=chat.now)
        await snooze(session, chat.id, ANN, version=2, until=chat.now + timedelta(hours=1), now=chat.now)
    chat.now += timedelta(seconds=40)
    async with chat.database.session() as session:
        with pytest.raises(NotHeldError):
            await snooze(session, chat.id, BOB, version=2, until=None, now=chat.now)
        assert await snooze(session, chat.id, ANN, version=2, until=None, now=chat.now) == 2
    one, (handoff,) = await _conversation(chat), await _handoffs(chat.database)
    assert (one.snoozed_until, one.agent, handoff.snoozed_seconds) == (None, "ann", 40.0)


async def test_what_was_closed_goes_on_with_the_assistant(chat: Chat) -> None:
    async with chat.database.session() as session:
        await take_over(session, chat.id, ANN, version=1, now=chat.now)
        assert await close(session, chat.id, ANN, version=2, now=chat.now) == 3
    one, (handoff,) = await _conversation(chat), await _handoffs(chat.database)
    assert (one.responder, one.closed_at, handoff.outcome) == ("assistant", chat.now, "resolved")
    assert (await chat.texts())[-1] == ("system", words("zh").closed)
    assert await chat.hear("对了，还有一件事") == ["You said: 对了，还有一件事"]
    assert (await _conversation(chat)).closed_at is None


async def test_what_ended_is_an_event_of_the_customer(chat: Chat) -> None:
    async with chat.database.session() as session:
        await start_handoff(session, chat.id, reason="asked", now=chat.now)
        await take_over(session, chat.id, ANN, version=2, now=chat.now)
        await close(session, chat.id, ANN, version=3, now=chat.now)
    async with chat.database.reading() as session:
        events = list(await session.execute(select(Event.name, Event.properties).order_by(Event.id)))
    assert events == [
        ("handoff_requested", {"reason": "asked"}),
        ("handoff_ended", {"by": "agent", "agent": "ann", "outcome": "resolved"}),
    ]


async def test_a_note_keeps_its_place_and_is_no_message(chat: Chat) -> None:
    await chat.hear("你好")
    async with chat.database.session() as session:
        await add_note(session, chat.id, ANN, "老客户，上周也问过", now=chat.now)
    async with chat.database.reading() as session:
        (note,) = await notes_of(session, chat.id)
    assert (note.after_seq, note.agent, len(await chat.texts())) == (2, "ann", 2)
