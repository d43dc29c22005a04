"""Who types is seen in every process; where there is only one, nothing is written for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from sqlalchemy import func, select

from rapport.chat.gateway import topic
from rapport.chat.typing_now import TypingNow
from rapport.store.database import Database
from rapport.store.signals import Signal, Signals, listening
from tests.chat.conftest import CONVERSATION, Chat, chat, rasa

__all__ = ["chat", "rasa"]


@asynccontextmanager
async def process(database: Database, name: str) -> AsyncIterator[tuple[TypingNow, Signals]]:
    """A web process, as far as it hears who types."""
    async with listening(database) as signals:
        typing = TypingNow(signals, me=name)
        with signals.watched(typing):
            yield typing, signals


async def seen(typing: TypingNow, *authors: str) -> None:
    """Returns once just these are seen to type."""
    while typing.authors(CONVERSATION) != set(authors):
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_customer_of_another_process_is_seen_until_she_stops(database: Database) -> None:
    async with AsyncExitStack() as stack:
        hers, _ = await stack.enter_async_context(process(database, "a"))
        his, signals = await stack.enter_async_context(process(database, "b"))
        with signals.subscribe(topic(CONVERSATION)) as changed:
            await hers.tell(database, CONVERSATION, "customer", seconds=6.0)
            await asyncio.wait_for(seen(his, "customer"), 10)
            assert (changed.is_set(), hers.authors(CONVERSATION)) == (True, frozenset())
        await hers.tell(database, CONVERSATION, "agent", seconds=6.0)
        await asyncio.wait_for(seen(his, "agent", "customer"), 10)
        # She sends by the process that has only heard of it: the one that told must hear of the end.
        hers.begin_for(CONVERSATION, "agent", seconds=6.0)
        async with database.session() as session:
            await his.tell_end(session, CONVERSATION, "agent")
        await asyncio.wait_for(seen(hers), 10)


async def test_who_is_heard_of_again_types_on(database: Database) -> None:
    async with process(database, "a") as (typing, _):
        typing.begin_for(CONVERSATION, "customer", seconds=0.05)
        typing.begin_for(CONVERSATION, "customer", seconds=30.0)
        await asyncio.sleep(0.1)
        assert typing.authors(CONVERSATION) == {"customer"}
        typing.end(CONVERSATION, "customer")
        typing.begin_for(CONVERSATION, "customer", seconds=0.05)
        await asyncio.wait_for(seen(typing), 10)


async def test_a_slow_answer_is_seen_to_come_in_another_process(chat: Chat) -> None:
    chat.rasa.hang()
    async with process(chat.database, "b") as (elsewhere, _):
        await chat.say("推荐点茶")
        if chat.database.is_sqlite:
            while not chat.rasa.questions:
                await asyncio.sleep(0.01)
        else:
            await asyncio.wait_for(seen(elsewhere, "assistant"), 10)
        chat.rasa.gate.set()
        await chat.turns.idle()
        await asyncio.wait_for(seen(elsewhere), 10)
    async with chat.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Signal)) == 0
