"""Work beside a block ends with it, and takes nothing of its own end away from who runs the block."""

from __future__ import annotations

import asyncio

import pytest

from rapport.background import beside


async def test_work_ends_with_the_block() -> None:
    seen: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("ended")

    async with beside(work()):
        await asyncio.sleep(0)
        seen.append("block")
    assert seen == ["block", "ended"]


async def test_what_the_work_raised_is_raised() -> None:
    async def work() -> None:
        raise ValueError("of the work")

    with pytest.raises(ValueError, match="of the work"):
        async with beside(work()):
            await asyncio.sleep(0)


async def test_who_is_cancelled_while_the_work_ends_is_cancelled() -> None:
    ending, seen = asyncio.Event(), []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ending.set()
            await asyncio.Event().wait()

    async def block() -> None:
        async with beside(work()):
            await asyncio.sleep(0)
        seen.append("went on")

    task = asyncio.create_task(block())
    await ending.wait()
    task.cancel()
    await asyncio.wait({task})
    assert (task.cancelled(), seen) == (True, [])
