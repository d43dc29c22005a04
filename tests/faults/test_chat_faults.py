"""F14, F15, F16 with one Rasa, and F18: what must hold when a part of the chat dies, hangs, floods or is cut off."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from rapport.chat.agent_lines import say_as_agent
from rapport.chat.assistant import Assistant, wire_to
from rapport.chat.buttons import pressed_button
from rapport.chat.desk import take_over
from rapport.chat.desk_clock import DeskClock
from rapport.chat.gateway import topic
from rapport.chat.terms import Terms
from rapport.chat.thread import thread
from rapport.chat.words import words
from tests.chat.conftest import KEY, Chat, unused_port
from tests.chat.staff import ANN, BOB, add_agent

KIND = words("zh").fallback
TERMS = Terms()


@asynccontextmanager
async def rasa_process(port: int, how: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Rasa's place taken by a process that can be killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.rasa_process", str(port), how,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not await _listens(port):
            assert process.returncode is None
            await asyncio.sleep(0.02)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def test_f14_rasa_killed_in_mid_turn_is_a_visible_retry_and_then_an_answer(chat: Chat) -> None:
    port = unused_port()
    async with wire_to(f"http://127.0.0.1:{port}") as wire:
        chat.turns = replace(chat.turns, assistant=Assistant(wire))
        async with rasa_process(port, "hang") as process:
            seq = await chat.say("我的订单到哪了", client_id="one")
            assert process.stdout is not None
            assert await process.stdout.readline() == b"asked\n"
            process.send_signal(signal.SIGKILL)
            await process.wait()
            await chat.turns.idle()
        assert await chat.say("我的订单到哪了", client_id="one") == seq
        await chat.turns.idle()
        assert await chat.texts() == [("customer", "我的订单到哪了"), ("assistant", KIND)]
        again = (await chat.view()).messages[-1]["buttons"][0]["payload"]
        async with rasa_process(port, "echo"):
            assert await chat.hear(pressed_button(again, chat.id, key=KEY)) == ["You said: 我的订单到哪了"]
    assert chat.outcomes == ["fallback", "answered"]


async def test_f15_an_action_server_that_hangs_ten_seconds_is_covered_and_answers_late(chat: Chat) -> None:
    chat.be_impatient()
    chat.rasa.hang()
    assert await chat.hear("推荐点茶") == [KIND]
    with chat.signals.subscribe(topic(chat.id)) as changed:
        chat.rasa.gate.set()
        await changed.wait()
    assert [text for _, text in await chat.texts()] == ["推荐点茶", KIND, "You said: 推荐点茶"]


async def test_f15_one_that_hangs_seventy_seconds_is_joined_by_no_second_turn(chat: Chat) -> None:
    chat.be_impatient()
    chat.rasa.hang()
    for text in ("一", "二", "三"):
        assert await chat.hear(text) == [KIND]
    assert (chat.rasa.said(), chat.rasa.most_at_once) == (["一"], 1)
    chat.rasa.gate.set()
    chat.be_patient()
    assert await chat.hear("四") == ["You said: 四"]
    # What was asked first is answered by then, but she has gone on: it is not shown.
    assert (chat.rasa.said(), chat.rasa.most_at_once) == (["一", "四"], 1)


async def test_f16_two_hundred_parallel_messages_are_each_answered_once_in_order(chat: Chat) -> None:
    said = [f"第{number}句" for number in range(200)]
    chat.turns = replace(chat.turns, timeout=120.0)
    numbers = await asyncio.gather(*(chat.say(text, client_id=text) for text in said))
    await chat.turns.idle()
    in_order = [text for _, text in sorted(zip(numbers, said, strict=True))]
    texts = await chat.texts()
    assert [text for author, text in texts if author == "customer"] == in_order
    assert [text for author, text in texts if author == "assistant"] == [f"You said: {text}" for text in in_order]
    assert (chat.rasa.said(), chat.rasa.most_at_once) == (in_order, 1)


@pytest.mark.parametrize("answer_lost", [False, True], ids=["line holds", "line dies"])
async def test_f18_a_take_over_in_mid_turn_silences_the_assistant_and_loses_nothing(
    chat: Chat, *, answer_lost: bool
) -> None:
    async with chat.database.session() as session:
        await add_agent(session, ANN, chat.now)
        await add_agent(session, BOB, chat.now + TERMS.gone)
    chat.rasa.hang()
    await chat.say("东西坏了")
    while not chat.rasa.questions:
        await asyncio.sleep(0.01)
    async with chat.database.session() as session:
        await take_over(session, chat.id, ANN, version=1, now=chat.now, terms=TERMS)
    chat.rasa.gate.set()
    # Without the answer to her post, her console posts it again when its line is back.
    for _ in range(2 if answer_lost else 1):
        async with chat.database.session() as session:
            await say_as_agent(session, chat.id, ANN, client_id="a", text="我看看", version=2, now=chat.now)
    await chat.say("好的")
    await chat.turns.idle()
    if answer_lost:
        chat.now += TERMS.gone + timedelta(seconds=1)
        await DeskClock(lambda: TERMS).tick(chat.database, chat.now)
        async with chat.database.session() as session:
            await take_over(session, chat.id, BOB, version=3, now=chat.now, terms=TERMS)
    async with chat.database.reading() as session:
        seen = await thread(session, chat.id, now=chat.now, terms=TERMS)
    said = [(message["author"], message.get("agent")) for message in seen["messages"]]
    first = [("customer", None), ("system", None), ("agent", "ann"), ("customer", None)]
    assert said == first + ([("system", None), ("system", None)] if answer_lost else [])
    assert (seen["responder"], seen["agent"]) == ("agent", "bob" if answer_lost else "ann")
    assert chat.outcomes == ["dropped"]
