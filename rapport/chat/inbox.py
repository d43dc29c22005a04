"""What a stream has not shown yet: handed over by who said it, or still to be read."""

from __future__ import annotations

import asyncio

from rapport.store.conversations import Utterance
from rapport.store.signals import News


class Inbox:
    """A subscriber to one conversation. At first, everything is still to be read."""

    def __init__(self) -> None:
        self._changed, self._unread = asyncio.Event(), True
        self._handed: list[Utterance] = []

    def wake(self, news: News) -> None:
        """`news` are messages that were just committed here; None: the rows must tell."""
        if news is None:
            self._unread = True
        else:
            self._handed += news
        self._changed.set()

    async def wait(self, seconds: float) -> bool:
        """Whether something happens within so long."""
        try:
            # wait_for would hold a task more, for each of thousands of open streams.
            async with asyncio.timeout(seconds):
                return await self._changed.wait()
        except TimeoutError:
            return False

    def take(self, *, after: int) -> list[Utterance] | None:
        """The messages handed over since the one numbered `after`, or None where the rows have to be read.

        Those of two writers may come in the wrong order: a gap is closed by reading.
        """
        self._changed.clear()
        new = [message for message in self._handed if message.seq > after]
        whole = [message.seq for message in new] == list(range(after + 1, after + 1 + len(new)))
        read, self._unread, self._handed = self._unread or not whole, False, []
        return None if read else new
