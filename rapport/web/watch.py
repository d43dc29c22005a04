"""What happens to conversations, read once for all staff streams of this process, however many there are."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from rapport.chat.typing_now import TypingNow
from rapport.store.presences import presences
from rapport.store.shelves import marks_by_id, marks_of_open
from rapport.store.signals import News as Heard
from rapport.web.listener import Listener, News, Presences
from rapport.web.services import Services

log = logging.getLogger(__name__)
# A turn signals several times within a few milliseconds; a person sees no delay below a tenth of a second.
GATHER_SECONDS = 0.03
# Who falls silent does not say so.
PRESENCE_SECONDS = 15.0
SILENT = timedelta(seconds=60)
CHAT, DESK = "chat:", "desk"


class Watch:
    """Hears every topic, gathers for a moment, reads what changed in one go, and tells each listener."""

    def __init__(self, services: Services, typing: TypingNow) -> None:
        self._services, self._typing = services, typing
        self._listeners: set[Listener] = set()
        self._agents: Presences | None = None
        self._heard = asyncio.Event()
        self._changed: set[str] = set()
        self._typed: set[str] = set()
        self._typing_told: dict[str, frozenset[str]] = {}
        self._desk = self._everything = False

    def hear(self, topic: str | None, news: Heard) -> None:
        """A signal. Nothing is read for nobody."""
        if not self._listeners:
            return
        if topic is None:
            self._everything = True
        elif topic == DESK:
            self._desk = True
        elif topic.startswith(CHAT):
            # `()` is no message: somebody types, or the customer has read.
            (self._changed if news is None or len(news) else self._typed).add(topic.removeprefix(CHAT))
        self._heard.set()

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """A listener, for as long as the block lasts."""
        listener = Listener()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def everything(self) -> News:
        """All that is with staff now, and who of them is there."""
        async with self._services.database.reading() as session:
            marks = await marks_of_open(session)
        typing = {mark.id: authors for mark in marks if (authors := self._typing.authors(mark.id))}
        return News({mark.id: mark for mark in marks}, typing, await self._present(), everything=True)

    async def run(self) -> None:
        """Tells what is heard, until it is cancelled."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._heard.wait(), PRESENCE_SECONDS)
                await asyncio.sleep(GATHER_SECONDS)
            self._heard.clear()
            if self._listeners:
                await self._tell_or_say_so()

    async def _tell_or_say_so(self) -> None:
        try:
            await self._tell()
        except SQLAlchemyError:
            log.exception("what happened at the desk could not be read; all of it will be told anew")
            await asyncio.sleep(1)
            self._everything = True
            self._heard.set()

    async def _tell(self) -> None:
        changed, typed, desk, everything = self._changed, self._typed, self._desk, self._everything
        self._changed, self._typed, self._desk, self._everything = set(), set(), False, False
        typing = self._newly_typing(typed | changed)
        # Who reads and does not type has changed how far she has read.
        changed = changed | (typed - typing.keys())
        async with self._services.database.reading() as session:
            marks = await marks_by_id(session, sorted(changed))
        agents = None
        if desk or not typed | changed:
            before, agents = self._agents, await self._present()
            agents = None if agents == before else agents
        if marks or typing or desk or everything or agents is not None:
            news = News({mark.id: mark for mark in marks}, typing, agents, everything, desk)
            for listener in self._listeners:
                listener.tell(news)

    def _newly_typing(self, conversations: set[str]) -> dict[str, frozenset[str]]:
        """Of these, who types there now, where it is not what was told last."""
        now = {one: self._typing.authors(one) for one in conversations}
        new = {one: authors for one, authors in now.items() if authors != self._typing_told.get(one, frozenset())}
        told = {one: authors for one, authors in (self._typing_told | new).items() if authors}
        self._typing_told = told
        return new

    async def _present(self) -> Presences:
        services = self._services
        async with services.database.reading() as session:
            self._agents = tuple(await presences(session, heard_since=services.clock() - SILENT))
        return self._agents


@asynccontextmanager
async def watching(services: Services, typing: TypingNow) -> AsyncIterator[Watch]:
    """The watch of this process, for as long as the block lasts."""
    watch = Watch(services, typing)
    with services.signals.watched(watch):
        task = asyncio.create_task(watch.run())
        try:
            yield watch
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
