"""Work that goes on beside a block and ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs it as a task for as long as the block lasts, then cancels it and waits until it has ended.

    What it raised by then is raised here.
    """
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        # Not `await task` with its cancellation suppressed: it would swallow that of whoever runs the block as well.
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()
