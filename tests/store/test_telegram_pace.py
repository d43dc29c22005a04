"""The bot's pace: no sliding window holds more than Telegram allows, however many processes speak."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import datetime

import pytest

from rapport.store.database import Database
from rapport.store.telegram import TelegramChat
from rapport.store.telegram_pace import (
    LATE,
    PUSH_AHEAD,
    Moment,
    arrived,
    give_back,
    hold_chat,
    reserve,
    reserve_held,
)

NOW = 1_772_359_200.0
GROUP = -100


@pytest.fixture
async def chats(database: Database, now: datetime) -> Database:
    async with database.session() as session:
        session.add_all(TelegramChat(chat_id=chat, language="zh", opened_at=now) for chat in range(1, 41))
        session.add(TelegramChat(chat_id=GROUP, kind="group", language="zh", opened_at=now))
    return database


async def ask(
    database: Database, chat: int, now: float, ahead: float | None = None, *, by: str | None = None
) -> Moment:
    async with database.session() as session:
        if by is not None:
            # The lease is over at once: here the pace is tested, not who holds the chat.
            moment = await reserve_held(session, chat, by=by, now=now, lease=-1e9)
            assert moment is not None
            return moment
        return await reserve(session, chat, now=now, ahead=ahead)


def rounded(moment: Moment) -> tuple[float, bool]:
    """To the millisecond: the database adds what we subtract again."""
    return round(moment.at - NOW, 3), moment.granted


def most_within(moments: Iterable[float], seconds: float) -> int:
    """How many lie within a window of this length, wherever it begins; both its ends belong to it."""
    order = sorted(moments)
    return max((sum(start <= at <= start + seconds for at in order[i:]) for i, start in enumerate(order)), default=0)


async def test_processes_together_keep_every_window(chats: Database, database_url: str) -> None:
    chance = random.Random(5)
    sent: list[tuple[int, float]] = []

    async def process(number: int, mine: list[int]) -> None:
        """One with its own connections and its own clock; what it sends leaves as late as it may."""
        async with AsyncExitStack() as stack:
            database = Database(database_url)
            stack.push_async_callback(database.close)
            clock = NOW + number / 10
            for chat in mine:
                # Pushes and answers take their moments by different statements.
                held = chance.choice((None, f"process {number}"))
                ahead = None if held else PUSH_AHEAD
                moment = await ask(database, chat, clock, ahead, by=held)
                while not moment.granted:
                    clock = moment.at
                    moment = await ask(database, chat, clock, ahead, by=held)
                sent.append((chat, moment.at + chance.choice((0.0, LATE))))
                # It does not wait for the moment: others of this process go on meanwhile.
                clock += chance.choice((0.0, 0.01))

    waiting = [chat for chat in (*range(1, 41), GROUP) for _ in range(4)]
    chance.shuffle(waiting)
    await asyncio.gather(*(process(number, waiting[number::3]) for number in range(3)))
    assert len(sent) == len(waiting)
    assert most_within([at for _, at in sent], 1.0) <= 30
    assert [chat for chat in range(1, 41) if most_within([at for one, at in sent if one == chat], 0.999) > 1] == []


async def test_a_group_gets_20_a_minute(chats: Database) -> None:
    sent: list[float] = []
    clock = NOW
    while len(sent) < 45:
        moment = await ask(chats, GROUP, clock)
        clock = moment.at
        sent += [clock + LATE * (len(sent) % 2)] if moment.granted else []
    assert most_within(sent, 60.0) == 19 + 1


async def test_an_answer_waits_for_few_pushes_and_a_push_for_all_answers(chats: Database) -> None:
    pushed = [await ask(chats, chat, NOW, PUSH_AHEAD) for chat in range(1, 21)]
    granted = [moment.at for moment in pushed if moment.granted]
    assert 0 < len(granted) < 20
    assert max(granted) <= NOW + PUSH_AHEAD
    answer = await ask(chats, 30, NOW)
    assert answer.granted
    assert answer.at <= NOW + PUSH_AHEAD + 0.04
    refused = await ask(chats, 31, NOW, PUSH_AHEAD)
    assert not refused.granted
    assert NOW < refused.at < NOW + 0.1


async def test_who_has_to_wait_spends_no_moment_of_the_others(chats: Database) -> None:
    assert (await ask(chats, 1, NOW)).granted
    assert rounded(await ask(chats, 1, NOW)) == (round(1 + LATE, 3), False)
    assert rounded(await ask(chats, 2, NOW)) == (0.0, True)


async def test_a_chat_to_be_left_alone_halts_no_other(chats: Database) -> None:
    async with chats.session() as session:
        await hold_chat(session, 1, until=NOW + 30)
        await hold_chat(session, 1, until=NOW + 10)
    assert rounded(await ask(chats, 1, NOW)) == (30.0, False)
    assert rounded(await ask(chats, 2, NOW)) == (0.0, True)


async def test_as_many_as_telegram_takes_leave_at_once_and_the_next_when_it_takes_more(chats: Database) -> None:
    moments = [rounded(await ask(chats, chat, NOW)) for chat in range(1, 32)]
    assert moments == [(0.0, True)] * 30 + [(1.15, True)]


async def test_a_slot_serves_again_a_second_after_its_message_arrived(chats: Database) -> None:
    moments = [await ask(chats, chat, NOW) for chat in range(1, 31)]
    async with chats.session() as session:
        await arrived(session, moments[4], at=NOW + 0.02)
    assert rounded(await ask(chats, 31, NOW)) == (1.025, True)
    async with chats.session() as session:
        # By now the slot is another message's.
        await arrived(session, moments[4], at=NOW + 0.02)
    assert rounded(await ask(chats, 32, NOW)) == (1.15, True)


async def test_a_chat_we_do_not_know_is_bound_by_the_bots_pace_alone(chats: Database) -> None:
    assert rounded(await ask(chats, 999, NOW)) == (0.0, True)
    assert rounded(await ask(chats, 999, NOW)) == (0.0, True)


async def test_one_process_speaks_to_a_chat(chats: Database) -> None:
    async with chats.session() as session:
        first = await reserve_held(session, 1, by="a", now=NOW, lease=30)
        assert first is not None
        assert first.granted
        assert await reserve_held(session, 1, by="b", now=NOW + 2, lease=30) is None
        # At the very same moment, too, the chat's second is spent.
        assert await reserve_held(session, 1, by="a", now=NOW, lease=30) == Moment(NOW + 1 + LATE, granted=False)
        late = await reserve_held(session, 1, by="b", now=NOW + 31, lease=30)
        assert late is not None
        assert late.granted
        assert await reserve_held(session, 999, by="a", now=NOW, lease=30) is None


async def test_a_missed_moment_costs_the_chat_no_second(chats: Database) -> None:
    missed = await ask(chats, 1, NOW, by="a")
    async with chats.session() as session:
        await give_back(session, 1, missed)
    assert rounded(await ask(chats, 1, NOW + 0.2, by="a")) == (0.2, True)
    async with chats.session() as session:
        await hold_chat(session, 1, until=NOW + 30)
        await give_back(session, 1, missed)
    assert rounded(await ask(chats, 1, NOW + 2, by="a")) == (30.0, False)
