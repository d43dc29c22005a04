"""Answers that were not there in time: waited for, so that a conversation never has two turns in the assistant."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from rapport.chat.answers import Answer

Call = asyncio.Task[tuple[Answer, ...]]


class LateAnswers:
    """The calls given up on by the customer's clock that still run in the assistant, one per conversation."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._watchers: set[asyncio.Task[None]] = set()

    async def gone_by(self, conversation_id: str, deadline: float) -> bool:
        """Waits for the conversation's late call until `deadline` (the loop's clock); False if it still runs."""
        call = self._calls.get(conversation_id)
        if call is None:
            return True
        wait = max(0.0, deadline - asyncio.get_running_loop().time())
        done, _ = await asyncio.wait({call}, timeout=wait)
        return bool(done)

    def keep(
        self, conversation_id: str, call: Call, deliver: Callable[[tuple[Answer, ...]], Awaitable[None]]
    ) -> None:
        """Holds the conversation for this call; what it brings in the end goes to `deliver`."""
        self._calls[conversation_id] = call
        watcher = asyncio.create_task(self._watch(conversation_id, call, deliver))
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)

    async def _watch(
        self, conversation_id: str, call: Call, deliver: Callable[[tuple[Answer, ...]], Awaitable[None]]
    ) -> None:
        await asyncio.wait({call})
        self._calls.pop(conversation_id, None)
        if not call.cancelled() and call.exception() is None:
            await deliver(call.result())

    async def close(self) -> None:
        """Gives every call up."""
        for call in self._calls.values():
            call.cancel()
        for watcher in list(self._watchers):
            watcher.cancel()
        await asyncio.gather(*self._calls.values(), *self._watchers, return_exceptions=True)
