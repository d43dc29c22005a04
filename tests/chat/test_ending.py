"""The customer ends the conversation: once, and nobody answers into it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from rapport.chat.desk import take_over
from rapport.chat.ending import end_conversation
from rapport.chat.errors import UnknownConversationError
from rapport.store.conversations import Conversation, Handoff
from rapport.store.queue import start_handoff
from tests.chat.conftest import Chat
from tests.chat.staff import ANN, add_agent


async def end(chat: Chat) -> None:
    async with chat.database.session() as session:
        await end_conversation(session, chat.id, now=chat.now)


async def test_an_answer_under_way_is_dropped(chat: Chat) -> None:
    chat.rasa.hang()
    await chat.say("在吗")
    await end(chat)
    chat.rasa.gate.set()
    await chat.turns.idle()
    assert [author for author, _ in await chat.texts()] == ["customer", "system"]
    await end(chat)
    assert len(await chat.texts()) == 2
    state = (await chat.view()).state
    assert (state.closed, state.rate) == (True, True)


async def test_what_she_says_next_opens_it_again(chat: Chat) -> None:
    await end(chat)
    assert await chat.hear("还有一件事") == ["You said: 还有一件事"]
    assert (await chat.view()).state.closed is None


@pytest.mark.parametrize(("taken", "outcome"), [(False, "left"), (True, "resolved")])
async def test_the_hand_off_ends_with_it(chat: Chat, taken: bool, outcome: str) -> None:
    async with chat.database.session() as session:
        await add_agent(session, ANN, chat.now)
        await start_handoff(session, chat.id, reason="asked", now=chat.now)
        if taken:
            await take_over(session, chat.id, ANN, version=2, now=chat.now)
    await end(chat)
    async with chat.database.reading() as session:
        handoff = (await session.scalars(select(Handoff))).one()
        conversation = await session.get_one(Conversation, chat.id)
    assert (handoff.state, handoff.outcome) == ("ended", outcome)
    assert (conversation.responder, conversation.agent, conversation.waiting_since) == ("assistant", None, None)


async def test_an_unknown_conversation_cannot_be_ended(chat: Chat) -> None:
    with pytest.raises(UnknownConversationError):
        async with chat.database.session() as session:
            await end_conversation(session, "f" * 32, now=chat.now)
