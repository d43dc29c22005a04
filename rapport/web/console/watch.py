"""What happens to conversations, read once for all staff streams of this process, however many there are."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from rapport.background import beside
from rapport.chat.gateway import CHAT, DESK
from rapport.chat.typing_now import TypingNow
from rapport.store.presences import presences
from rapport.store.shelves import Mark, marks_by_id, marks_of_open
from rapport.store.signals import News as Heard
from rapport.web.console.listener import Listener, News, Presences
from rapport.web.services import Services

log = logging.getLogger(__name__)
# A turn signals several times within a few milliseconds; a person sees no delay below a tenth of a second.
GATHER_SECONDS = 0.03
# The desk does not say which conversation has changed: all with staff are looked over, not more often than this.
DESK_SECONDS = 0.25
# Who falls silent does not say so.
PRESENCE_SECONDS = 15.0
SILENT = timedelta(seconds=60)


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
        self._known: dict[str, Mark] = {}
        self._desk = self._everything = False
        self._desk_seen = float("-inf")

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
        now = {mark.id: mark for mark in marks}
        self._known = self._known or now
        return News(now, typing=typing, agents=await self._present(), everything=True)

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
        changed, typed, everything = self._changed, self._typed, self._everything
        self._changed, self._typed, self._everything = set(), set(), False
        typing = self._newly_typing(typed | changed)
        # Who reads and does not type has changed how far she has read.
        changed = changed | (typed - typing.keys())
        looked_over = self._is_time_for_the_desk(idle=not changed | typed)
        async with self._services.database.reading() as session:
            open_now = {mark.id: mark for mark in await marks_of_open(session)} if looked_over else {}
            if looked_over:
                changed |= {one for one in self._known if one not in open_now}
            marks = {mark.id: mark for mark in await marks_by_id(session, sorted(changed))}
        moved = {one for one, mark in (open_now | marks).items() if not self._is_known_so(mark)}
        before, agents = self._agents, await self._present() if looked_over else None
        self._known = open_now if looked_over else self._known | marks
        told = {one: mark for one, mark in (open_now | marks).items() if one in changed | moved}
        news = News(told, frozenset(moved), typing, None if agents == before else agents, everything)
        if news:
            for listener in self._listeners:
                listener.tell(news)

    def _is_time_for_the_desk(self, *, idle: bool) -> bool:
        """Whether the desk has changed and was not looked over just now; or nothing was heard for long."""
        now = asyncio.get_running_loop().time()
        if not self._desk and not idle:
            return False
        if now - self._desk_seen < DESK_SECONDS:
            asyncio.get_running_loop().call_later(DESK_SECONDS, self._heard.set)
            return False
        self._desk, self._desk_seen = False, now
        return True

    def _is_known_so(self, mark: Mark) -> bool:
        known = self._known.get(mark.id)
        return mark.stands_like(known) if known else mark.responder == "assistant"

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
        async with beside(watch.run()):
            yield watch
