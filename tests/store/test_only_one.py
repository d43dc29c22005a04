"""Of those who ask, one is in; the next comes in when it leaves."""

from __future__ import annotations

import asyncio

import pytest

from rapport.store.database import Database
from rapport.store.only_one import only_one


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_one_is_in_and_the_next_comes_when_it_leaves(database: Database) -> None:
    inside: list[str] = []

    async def enter(name: str) -> None:
        async with only_one(database, 7):
            inside.append(name)
            await asyncio.Event().wait()

    first = asyncio.create_task(enter("first"))
    while not inside:
        await asyncio.sleep(0.01)
    second = asyncio.create_task(enter("second"))
    async with only_one(database, 8):
        assert inside == ["first"]
    first.cancel()
    while len(inside) < 2:
        await asyncio.sleep(0.01)
    second.cancel()
    assert [type(ended) for ended in await asyncio.gather(first, second, return_exceptions=True)] == [
        asyncio.CancelledError,
        asyncio.CancelledError,
    ]


async def test_who_has_left_may_come_again(database: Database) -> None:
    for _ in range(2):
        async with only_one(database, 7):
            pass
