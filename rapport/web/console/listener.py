"""What one stream of staff has not told yet: of a conversation the newest only, so a slow client costs little."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from rapport.store.presences import Present
from rapport.store.shelves import Mark

Presences = tuple[Present, ...]


@dataclass(frozen=True, slots=True)
class News:
    """What has changed since.

    `everything`: nobody knows what was missed, all must be shown anew. `moved`: of those changed, where something is
    different beside what was said. `typing`: conversation → who types there now. `agents` is None where nobody came
    or went.
    """

    changed: dict[str, Mark] = field(default_factory=dict)
    moved: frozenset[str] = frozenset()
    typing: dict[str, frozenset[str]] = field(default_factory=dict)
    agents: Presences | None = None
    everything: bool = False

    def joined(self, later: News) -> News:
        """Both, where the later one has the last word."""
        return News(
            self.changed | later.changed,
            self.moved | later.moved,
            self.typing | later.typing,
            self.agents if later.agents is None else later.agents,
            self.everything or later.everything,
        )

    def __bool__(self) -> bool:
        return bool(self.changed or self.typing or self.everything or self.agents is not None)


class Listener:
    """At first, everything is news."""

    def __init__(self) -> None:
        self._news, self._happened = News(everything=True), asyncio.Event()
        self._doubted = False
        self._happened.set()

    def tell(self, news: News) -> None:
        """Something has happened."""
        self._news = self._news.joined(news)
        self._happened.set()

    def wake(self, news: object) -> None:
        """A log-in has ended somewhere (`accounts.LOG_INS`): whether it was this stream's, the stream looks."""
        self._doubted = True
        self._happened.set()

    def was_doubted(self) -> bool:
        """Whether a log-in has ended since this was last asked."""
        doubted, self._doubted = self._doubted, False
        return doubted

    async def next(self, seconds: float) -> News | None:
        """What has happened since it was last asked; None where nothing does for so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._happened.wait(), seconds)
        if not self._happened.is_set():
            return None
        news, self._news = self._news, News()
        self._happened.clear()
        return news
