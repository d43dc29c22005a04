"""What waits for the bot: kept until it is confirmed, handed to one poller at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from demo.bot_api.chats import Wire
from demo.bot_api.errors import conflict

# What a bot gets unless it asks for more.
DEFAULT_KINDS = frozenset(
    {
        "message", "edited_message", "channel_post", "edited_channel_post", "inline_query", "chosen_inline_result",
        "callback_query", "shipping_query", "pre_checkout_query", "poll", "poll_answer", "my_chat_member",
        "chat_join_request",
    }
)  # fmt: skip
MOST_AT_ONCE = 100
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"


class Updates:
    """The queue of one bot. `log` holds every update ever made, confirmed or not."""

    def __init__(self, first_id: int) -> None:
        self.pending: dict[int, Wire] = {}
        self.log: list[Wire] = []
        self.kinds = DEFAULT_KINDS
        self._next_id = first_id
        self._came = asyncio.Event()
        self._poller: asyncio.Future[str] | None = None

    def add(self, kind: str, body: Wire) -> Wire | None:
        """The update; None where the bot did not ask for its kind."""
        if kind not in self.kinds:
            return None
        number, self._next_id = self._next_id, self._next_id + 1
        update: Wire = {"update_id": number, kind: body}
        self.log.append(update)
        self.pending[number] = update
        self.wake()
        return update

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Kinds asked for from now on; an empty list means the default ones, None leaves it as it is."""
        if kinds is not None:
            self.kinds = frozenset(kinds) or DEFAULT_KINDS

    def wake(self) -> None:
        self._came.set()

    async def came(self) -> None:
        """Until something new is there."""
        await self._came.wait()
        self._came.clear()

    def drop(self) -> None:
        self.pending.clear()

    def stop_polling(self, why: str) -> None:
        """Whoever waits in a long poll is told 409."""
        if self._poller and not self._poller.done():
            self._poller.set_result(why)
        self._poller = None

    async def poll(self, *, offset: int, limit: int, wait: float) -> list[Wire]:
        """Updates from `offset` on, waiting up to `wait` seconds; those before it are confirmed and forgotten."""
        self.stop_polling(OTHER_POLLER)
        self._confirm(offset)
        if not self.pending and wait > 0:
            await self._wait(wait)
        return [update for _, update in sorted(self.pending.items())][: min(max(limit, 1), MOST_AT_ONCE)]

    async def _wait(self, seconds: float) -> None:
        stopped = self._poller = asyncio.get_running_loop().create_future()
        came = asyncio.create_task(self._until_pending())
        try:
            await asyncio.wait({came, stopped}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            came.cancel()
        if stopped.done():
            raise conflict(stopped.result())
        self._poller = None

    async def _until_pending(self) -> None:
        while not self.pending:
            await self.came()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            offset = (sorted(self.pending)[offset:] or [0])[0]
        for number in [number for number in self.pending if number < offset]:
            del self.pending[number]
