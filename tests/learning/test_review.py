"""What is listed for review and why, on both databases; what a decision writes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from rapport.learning.errors import UnknownTurnError, WrittenProposalError
from rapport.learning.review import decide, review
from rapport.store.audit import AuditEntry
from rapport.store.conversations import Conversation, Handoff, append_message
from rapport.store.customers import Customer
from rapport.store.database import Database
from rapport.store.events import add_event
from rapport.store.proposals import Proposal

HERE = "a" * 32


async def begin(database: Database, now: datetime, **columns: Any) -> None:
    async with database.session() as session:
        session.add(Customer(id=1, name="陈小美", registered_at=now))
        await session.flush()
        columns = {"responder": "assistant", **columns}
        session.add(Conversation(id=HERE, customer_id=1, channel="web", language="zh", opened_at=now, **columns))


async def say(
    database: Database, now: datetime, text: str, intent: str, confidence: float = 0.9, **more: Any
) -> int | None:
    parts = {"payload": more.pop("payload")} if "payload" in more else {}
    async with database.session() as session:
        said = await append_message(session, HERE, "customer", text, at=now, **parts)
        return await add_event(
            session, "message_understood", customer_id=1, at=now, conversation_id=HERE,
            properties={"intent": intent, "confidence": confidence, **more}, key=f"{HERE}:{said.seq}:0",
        )  # fmt: skip


async def listed(database: Database, now: datetime) -> list[tuple[str, str]]:
    async with database.reading() as session:
        return [(turn["text"], turn["why"]) for turn in (await review(session, now=now))["turns"]]


async def test_why_a_turn_is_in_doubt(database: Database, now: datetime) -> None:
    await begin(database, now)
    await say(database, now, "满多少包邮", "delivery_options")
    await say(database, now, "嗯哼", "nlu_fallback")
    await say(database, now, "多少钱一斤啊这个", "price_query", 0.4)
    await say(database, now, "那个红的", "product_search")
    await say(database, now, "不对，我说的是茶壶", "product_search", corrects=True)
    await say(database, now, "推荐", "recommend", payload="/recommend")
    assert await listed(database, now) == [
        ("那个红的", "corrected"), ("多少钱一斤啊这个", "unsure"), ("嗯哼", "unsure")
    ]  # fmt: skip


async def test_what_was_said_before_a_person_was_asked_for(database: Database, now: datetime) -> None:
    await begin(database, now)
    await say(database, now, "满多少包邮", "delivery_options")
    await say(database, now, "我要查一下", "order_status")
    await say(database, now + timedelta(seconds=5), "转人工", "handoff")
    async with database.session() as session:
        session.add(Handoff(conversation_id=HERE, reason="asked", requested_at=now + timedelta(seconds=5)))
        # What is said to a person is in no event, and so in no list.
        await append_message(session, HERE, "customer", "身份证号发您", at=now + timedelta(minutes=1))
    assert await listed(database, now) == [("我要查一下", "handed_over")]


async def test_the_last_word_of_a_conversation_with_few_stars(database: Database, now: datetime) -> None:
    await begin(database, now, stars=1)
    await say(database, now, "满多少包邮", "delivery_options")
    await say(database, now, "几点关门", "contact_info")
    assert await listed(database, now) == [("几点关门", "rated")]


async def test_pages_and_the_look_back(database: Database, now: datetime) -> None:
    await begin(database, now)
    await say(database, now - timedelta(days=31), "老早", "nlu_fallback")
    for number in range(3):
        await say(database, now, f"第{number}句", "nlu_fallback")
    async with database.reading() as session:
        first = await review(session, now=now, limit=2)
        second = await review(session, now=now, before=first["before"], limit=2)
    assert [turn["text"] for turn in first["turns"] + second["turns"]] == ["第2句", "第1句", "第0句"]
    assert "before" not in second


async def test_a_decision_is_a_proposal_without_personal_data(database: Database, now: datetime) -> None:
    await begin(database, now)
    told: dict[str, Any] = {
        "likely": ["order_status", "delivery_problem"],
        "entities": [{"entity": "order_id", "value": "R-5521"}],
    }
    number = await say(database, now, "我陈小美，R-5521没影了，13800138000", "nlu_fallback", **told)
    async with database.reading() as session:
        (turn,) = (await review(session, now=now))["turns"]
    assert (turn["text"], turn["likely"]) == ("我***，***没影了，***", ["order_status", "delivery_problem"])
    assert number is not None
    async with database.session() as session:
        await decide(session, number, "delivery_problem", who="lin", now=now)
    async with database.reading() as session:
        proposal = (await session.scalars(select(Proposal))).one()
        entry = (await session.scalars(select(AuditEntry))).one()
    assert proposal.text == "我小明，[A-1234](order_id)没影了，12345678901"
    assert (proposal.state, proposal.intent, proposal.heard) == ("proposed", "delivery_problem", "nlu_fallback")
    assert (entry.action, entry.who, entry.details["intent"]) == ("proposed_utterance", "lin", "delivery_problem")
    assert await listed(database, now) == []


async def test_a_later_word_replaces_an_earlier_one_until_it_is_written(database: Database, now: datetime) -> None:
    await begin(database, now)
    number = await say(database, now, "嗯哼", "nlu_fallback")
    assert number is not None
    for intent in ("affirm", None, "thank"):
        async with database.session() as session:
            decided = await decide(session, number, intent, who="lin", now=now)
            assert (decided.state, decided.text) == (("proposed", "嗯哼") if intent else ("dismissed", ""))
    async with database.session() as session:
        (await session.scalars(select(Proposal))).one().state = "written"
    with pytest.raises(WrittenProposalError):
        async with database.session() as session:
            await decide(session, number, "affirm", who="lin", now=now)


async def test_a_message_too_long_to_learn_from_is_dismissed(database: Database, now: datetime) -> None:
    await begin(database, now)
    number = await say(database, now, "很" * 400, "nlu_fallback")
    assert number is not None
    async with database.session() as session:
        assert (await decide(session, number, "complaint", who="lin", now=now)).state == "dismissed"


async def test_an_unknown_turn_is_refused(database: Database, now: datetime) -> None:
    await begin(database, now)
    async with database.session() as session:
        other = await add_event(session, "chat_started", customer_id=1, at=now, conversation_id=HERE)
        assert other is not None
        for number in (other, 4711):
            with pytest.raises(UnknownTurnError):
                await decide(session, number, "affirm", who="lin", now=now)
