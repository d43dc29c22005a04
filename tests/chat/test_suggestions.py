"""Suggested replies on both databases: each source, filled, and forgotten when it goes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from rapport.chat.errors import UnknownConversationError
from rapport.chat.suggestions import ReplyMemory, Suggestion, suggestions
from rapport.marketing.newest_policies import PolicyFile
from rapport.settings import Settings
from rapport.store.agents import Agent
from rapport.store.canned_replies import CannedReply
from rapport.store.conversations import Conversation, Handoff, append_message
from rapport.store.customers import Customer
from rapport.store.database import Database
from rapport.store.events import add_event

MEND = "{customer}您好，我是{shop}的{agent}，碎了的杯子可以锔，订单 {order} 请寄回来。"
HERE, BEFORE = "a" * 32, "b" * 32


def memory() -> ReplyMemory:
    return ReplyMemory(PolicyFile(Path("rules/policies.yml"), Settings(_env_file=None).promised), shop="半山小铺")


async def begin(database: Database, now: datetime, *asked: str, intent: str = "", language: str = "zh") -> None:
    async with database.session() as session:
        session.add(Customer(id=1, name="陈小美", registered_at=now))
        await session.flush()
        session.add(
            Conversation(id=HERE, customer_id=1, channel="web", language=language, responder="agent", opened_at=now)
        )
        await session.flush()
        for text in asked:
            said = await append_message(session, HERE, "customer", text, at=now)
            if intent:
                entities = [{"entity": "order_id", "value": "R-77"}]
                await add_event(
                    session, "message_understood", customer_id=1, at=now, conversation_id=HERE,
                    properties={"intent": intent, "confidence": 0.9, "entities": entities},
                    key=f"{HERE}:{said.seq}:0",
                )  # fmt: skip


async def resolve(database: Database, now: datetime, asked: str, said: str, *, outcome: str = "resolved") -> None:
    async with database.session() as session:
        session.add(Customer(id=2, name="王大明", registered_at=now))
        made = {"password_hash": "", "password_changed_at": now, "created_at": now}
        session.add(Agent(name="lin", shown_name="小林", role="agent", **made))
        await session.flush()
        session.add(Conversation(id=BEFORE, customer_id=2, channel="web", language="zh", opened_at=now))
        await session.flush()
        await append_message(session, BEFORE, "customer", asked, at=now)
        await append_message(session, BEFORE, "agent", "稍等", at=now + timedelta(minutes=2), agent="lin")
        await append_message(session, BEFORE, "agent", said, at=now + timedelta(minutes=3), agent="lin")
        session.add(
            Handoff(
                conversation_id=BEFORE, state="ended", reason="asked", outcome=outcome, requested_at=now,
                accepted_at=now + timedelta(minutes=1), ended_at=now + timedelta(minutes=5),
            )
        )  # fmt: skip


async def ask(database: Database, known: ReplyMemory, now: datetime) -> tuple[Suggestion, ...]:
    async with database.reading() as session:
        return await suggestions(session, HERE, known, agent="小周", now=now)


async def test_a_policy_answers(database: Database, now: datetime) -> None:
    await begin(database, now, "转人工", intent="handoff")
    async with database.session() as session:
        await append_message(session, HERE, "customer", "退回去的邮费谁付啊", at=now)
    found = await ask(database, memory(), now)
    assert (found[0].source, found[0].name) == ("policy", "return_postage")
    assert found[0].text.startswith("质量问题往返运费我们出")
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


async def test_a_canned_reply_is_filled_in_the_customers_language(database: Database, now: datetime) -> None:
    await begin(database, now, "杯子能锔吗，碎成两半了", intent="delivery_problem")
    async with database.session() as session:
        session.add(
            CannedReply(
                shortcut="mend", text_zh=MEND,
                text_en="We mend cups.", changed_by="lin", changed_at=now,
            )
        )  # fmt: skip
    found = {one.source: one.text for one in await ask(database, memory(), now)}
    assert found["canned"] == "陈小美您好，我是半山小铺的小周，碎了的杯子可以锔，订单 R-77 请寄回来。"


async def test_a_resolved_thread_is_remembered_without_whose_it_was(database: Database, now: datetime) -> None:
    await begin(database, now, "茶宠的嘴巴不出水了，是不是堵了")
    known = memory()
    await resolve(
        database, now, "我的茶宠不会吐水了怎么弄", "王大明您好，茶宠泡在热水里五分钟再淋，我是小林，13800000000。"
    )
    later = now + timedelta(hours=1)
    found = [one.text for one in await ask(database, known, later) if one.source == "thread"]
    assert found == ["陈小美您好，茶宠泡在热水里五分钟再淋，我是小周，[号码]。"]
    async with database.session() as session:
        await session.delete(await session.get_one(Conversation, BEFORE))
    soon = await ask(database, known, later + timedelta(minutes=6))
    assert [one for one in soon if one.source == "thread"] == []


async def test_what_was_not_resolved_teaches_nothing(database: Database, now: datetime) -> None:
    await begin(database, now, "茶宠的嘴巴不出水了，是不是堵了")
    await resolve(database, now, "我的茶宠不会吐水了怎么弄", "茶宠泡在热水里五分钟再淋一遍就好。", outcome="left")
    assert [one for one in await ask(database, memory(), now) if one.source == "thread"] == []


async def test_nothing_asked_nothing_suggested(database: Database, now: datetime) -> None:
    await begin(database, now, "我要人工", intent="handoff")
    assert await ask(database, memory(), now) == ()


async def test_an_unknown_conversation_is_refused(database: Database, now: datetime) -> None:
    with pytest.raises(UnknownConversationError):
        await ask(database, memory(), now)
