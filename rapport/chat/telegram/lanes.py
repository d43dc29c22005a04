"""Lanes: what concerns one chat happens in order, what concerns another meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Lane:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


@dataclass(frozen=True, slots=True)
class Lanes:
    """A lane per chat that is in use; who comes first goes first."""

    _lanes: dict[int, _Lane] = field(default_factory=dict)

    @asynccontextmanager
    async def of(self, chat_id: int) -> AsyncIterator[None]:
        lane = self._lanes.setdefault(chat_id, _Lane())
        lane.users += 1
        try:
            async with lane.lock:
                yield
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[chat_id]
