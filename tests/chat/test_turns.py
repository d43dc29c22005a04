"""Every message is answered once and in order, whatever the assistant does."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import select

from rapport.chat import turns as turns_module
from rapport.chat.buttons import Button, pressed_button
from rapport.chat.gateway import topic
from rapport.chat.responder import leave_queue
from rapport.chat.turns import Turns
from rapport.chat.words import words
from rapport.store.conversations import Conversation, Handoff, change_responder
from rapport.store.turns import pending_turn
from tests.chat.conftest import KEY, Chat
from tests.chat.staff import ANN, add_agent

KIND_ZH, KIND_EN = words("zh").fallback, words("en").fallback


async def test_an_answer_comes_back_in_the_customer_s_language(chat: Chat) -> None:
    assert await chat.hear("有红色的杯子吗？") == ["You said: 有红色的杯子吗？"]
    assert await chat.hear("Do you have a red mug?") == ["You said: Do you have a red mug?"]
    asked = [(question["sender"], question["metadata"]) for question in chat.rasa.questions]
    assert asked == [(chat.id, {"language": "zh", "seq": 1}), (chat.id, {"language": "en", "seq": 3})]


async def test_a_leading_slash_is_text(chat: Chat) -> None:
    await chat.hear('  /restart{"a": "b"}')
    assert chat.rasa.said() == ['／restart{"a": "b"}']


async def test_a_pressed_button_reaches_the_assistant_as_it_was_offered(chat: Chat) -> None:
    await chat.hear(Button("查订单", "/order_status"))
    assert chat.rasa.said() == ["/order_status"]
    assert (await chat.texts())[0] == ("customer", "查订单")


async def test_buttons_and_cards_are_kept_with_signed_payloads(chat: Chat) -> None:
    card = {
        "sku": "TEA-001",
        "name": "绿茶",
        "price": "¥88",
        "picture": "/pictures/TEA-001.svg",
        "url": "/products/TEA-001",
    }
    chat.rasa.answer = lambda question: [
        {"text": "看看这些", "buttons": [{"title": "更多", "payload": "/recommend"}]},
        {"custom": {"cards": [card]}},
    ]
    await chat.hear("推荐点什么")
    message = (await chat.view()).messages[1]
    assert (message["text"], message["cards"]) == ("看看这些", [card])
    assert pressed_button(message["buttons"][0]["payload"], chat.id, key=KEY) == Button("更多", "/recommend")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda question: [], 200),
        (lambda question: {"a": 1}, 200),
        (lambda question: [], 500),
        (lambda question: [7], 200),
    ],
)
async def test_an_assistant_that_fails_is_covered_by_a_kind_word(chat: Chat, answer: Any, status: int) -> None:
    chat.rasa.answer, chat.rasa.status = answer, status
    assert await chat.hear("你好") == [KIND_ZH]
    assert await chat.hear("Good morning to you") == [KIND_EN]
    assert chat.outcomes == ["fallback", "fallback"]


async def test_the_kind_word_brings_a_button_that_tries_again(chat: Chat) -> None:
    chat.rasa.status = 503
    await chat.hear("/wo de dingdan")
    chat.rasa.status = 200
    again = (await chat.view()).messages[-1]["buttons"][0]["payload"]
    assert await chat.hear(pressed_button(again, chat.id, key=KEY)) == ["You said: ／wo de dingdan"]


async def test_a_late_answer_is_still_delivered_when_nobody_spoke_since(chat: Chat) -> None:
    chat.be_impatient()
    chat.rasa.hang()
    assert await chat.hear("你好") == [KIND_ZH]
    with chat.signals.subscribe(topic(chat.id)) as changed:
        chat.rasa.gate.set()
        async with asyncio.timeout(5):
            await changed.wait()
    assert await chat.texts() == [("customer", "你好"), ("assistant", KIND_ZH), ("assistant", "You said: 你好")]
    assert chat.outcomes == ["fallback", "late"]


async def test_while_a_turn_hangs_no_second_one_is_begun(chat: Chat) -> None:
    chat.be_impatient()
    chat.rasa.hang()
    assert await chat.hear("一") == [KIND_ZH]
    assert await chat.hear("二") == [KIND_ZH]
    assert chat.rasa.said() == ["一"]
    chat.rasa.gate.set()
    while chat.turns._late._calls:
        await asyncio.sleep(0.01)
    # The answer to the first is dropped: the customer has gone on.
    chat.be_patient()
    assert await chat.hear("三") == ["You said: 三"]
    assert [text for author, text in await chat.texts() if author == "assistant"] == [
        KIND_ZH,
        KIND_ZH,
        "You said: 三",
    ]
    assert chat.rasa.most_at_once == 1


async def test_messages_of_one_conversation_are_answered_one_after_another(chat: Chat) -> None:
    chat.rasa.seconds = 0.005
    said = [f"第{number}句" for number in range(12)]
    for text in said:
        await chat.say(text)
    await chat.turns.idle()
    assert chat.rasa.said() == said
    assert chat.rasa.most_at_once == 1
    assert [text for author, text in await chat.texts() if author == "assistant"] == [
        f"You said: {text}" for text in said
    ]


async def test_a_message_that_comes_while_the_rows_are_read_is_not_forgotten(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[str] = []

    async def read_and_then_somebody_speaks(*given: Any) -> Any:
        found = await pending_turn(*given)
        if not came:
            came.append("等一下")
            await chat.say("等一下")
        return found

    monkeypatch.setattr(turns_module, "pending_turn", read_and_then_somebody_speaks)
    chat.turns.start(chat.id)
    await chat.turns.idle()
    assert await chat.texts() == [("customer", "等一下"), ("assistant", "You said: 等一下")]


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_comes_when_each_message_has_one_answer_in_its_order(chat: Chat, seed: int) -> None:
    dice = random.Random(seed)
    chat.rasa.seconds = 0.002
    ids = [f"client-{number}" for number in range(8)]
    posts = [client_id for client_id in ids for _ in range(dice.randint(1, 3))]
    dice.shuffle(posts)

    async def post(client_id: str) -> int:
        await asyncio.sleep(dice.random() / 50)
        return await chat.say(f"我是{client_id}", client_id=client_id)

    numbers = await asyncio.gather(*(post(client_id) for client_id in posts))
    await chat.turns.idle()
    assert len(set(zip(posts, numbers, strict=True))) == len(ids)
    messages = await chat.texts()
    asked = [text for author, text in messages if author == "customer"]
    assert [text for author, text in messages if author == "assistant"] == [f"You said: {text}" for text in asked]


async def test_what_a_crash_left_open_is_answered_at_the_next_start(chat: Chat) -> None:
    await chat.store("第一句")
    await chat.store("第二句")
    assert await chat.turns.resume() == 1
    await chat.turns.idle()
    assert chat.rasa.said() == ["第一句", "第二句"]
    assert await chat.turns.resume() == 0


async def test_stopping_in_mid_turn_loses_nothing(chat: Chat) -> None:
    chat.rasa.hang()
    await chat.say("还在吗？")
    while not chat.rasa.questions:
        await asyncio.sleep(0.01)
    await chat.turns.close()
    chat.rasa.gate.set()
    old = chat.turns
    chat.turns = Turns(old.database, old.signals, old.assistant, old.typing, clock=old.clock, key=KEY, timeout=5.0)
    assert await chat.turns.resume() == 1
    await chat.turns.idle()
    assert await chat.texts() == [("customer", "还在吗？"), ("assistant", "You said: 还在吗？")]


async def test_an_answer_after_a_take_over_is_dropped(chat: Chat) -> None:
    chat.rasa.hang()
    await chat.say("你好")
    while not chat.rasa.questions:
        await asyncio.sleep(0.01)
    async with chat.database.session() as session:
        assert await change_responder(session, chat.id, "agent", version=1, agent="ann")
    chat.rasa.gate.set()
    await chat.turns.idle()
    assert await chat.texts() == [("customer", "你好")]
    assert chat.outcomes == ["dropped"]


async def test_while_a_person_responds_the_assistant_is_not_asked(chat: Chat) -> None:
    async with chat.database.session() as session:
        await change_responder(session, chat.id, "agent", version=1, agent="ann")
    assert await chat.hear("请问多久到？") == []
    async with chat.database.session() as session:
        await change_responder(session, chat.id, "assistant", version=2)
    # What was said to the person is not the assistant's to answer afterwards.
    assert await chat.turns.resume() == 0
    assert chat.rasa.questions == []


async def test_the_turn_that_asks_for_a_person_may_say_so(chat: Chat) -> None:
    chat.rasa.hang()
    chat.rasa.answer = lambda question: [{"text": "马上为您转接"}]
    seq = await chat.say("转人工")
    while not chat.rasa.questions:
        await asyncio.sleep(0.01)
    async with chat.database.session() as session:
        await add_agent(session, ANN, chat.now)
        session.add(Handoff(conversation_id=chat.id, reason="asked", requested_at=chat.now))
        await change_responder(session, chat.id, "queue", version=1, waiting_since=chat.now)
    chat.rasa.gate.set()
    await chat.turns.idle()
    view = await chat.view(seq)
    assert [message["text"] for message in view.messages] == ["马上为您转接", words("zh").next_in_queue]
    assert (view.state.responder, view.state.position) == ("queue", 1)


async def test_leaving_the_queue_ends_the_hand_off_and_brings_the_assistant_back(chat: Chat) -> None:
    async with chat.database.session() as session:
        session.add(Handoff(conversation_id=chat.id, reason="asked", requested_at=chat.now))
        await change_responder(session, chat.id, "queue", version=1, waiting_since=chat.now)
    assert await chat.hear("有人吗？") == []
    async with chat.database.session() as session:
        await leave_queue(session, chat.id, now=chat.now)
    assert await chat.hear("那算了") == ["You said: 那算了"]
    async with chat.database.reading() as session:
        states = (await session.scalars(select(Handoff.state))).all()
        conversation = await session.get_one(Conversation, chat.id)
    assert (states, conversation.responder, conversation.version) == (["ended"], "assistant", 3)


async def test_a_database_that_fails_for_a_moment_only_delays_the_turn(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    monkeypatch.setattr(turns_module, "RETRY_SECONDS", 0.01)
    real, failures = pending_turn, iter([True])

    async def fails_once(*arguments: Any) -> Any:
        if next(failures, False):
            raise OperationalError("select", {}, Exception("database is locked"))
        return await real(*arguments)

    monkeypatch.setattr(turns_module, "pending_turn", fails_once)
    assert await chat.hear("你好") == ["You said: 你好"]
