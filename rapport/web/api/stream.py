"""What happens at the desk as server-sent events: all of it once, and then whatever changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from rapport.web.console.listener import News
from rapport.web.console.watch import Watch
from rapport.web.services import Services
from rapport.web.staff.accounts import LOG_INS
from rapport.web.staff.caller import Given, Staff, needs, still_signed_in
from rapport.web.streams import EventStream, Open, event

router = APIRouter(prefix="/api", tags=["desk"])
PING_SECONDS = 15.0
# Then the client comes again, and is asked again who she is and what she may.
LONGEST_SECONDS = 600.0


def the_watch(request: Request) -> Watch:
    """The watch of the application that serves this request."""
    found: Watch = request.app.state.watch
    return found


Watching = Annotated[Watch, Depends(the_watch)]
Reader = Annotated[Staff, Depends(needs("conversations.read"))]


@router.get("/stream", response_class=EventStream, summary="What happens at the desk, as it happens")
async def stream(staff: Reader, given: Given, watch: Watching, streams: Open) -> EventStream:
    return EventStream(happenings(watch, staff, given), streams)


async def happenings(watch: Watch, staff: Staff, given: Services) -> AsyncGenerator[bytes]:
    """`conversations`, `typing` and `presence` events, `ping` where there is nothing to say; `id` counts from 1.

    It ends with the log-in it was opened by.
    """
    number, clock = 0, asyncio.get_running_loop().time
    ends = clock() + LONGEST_SECONDS
    with watch.listening() as listener, given.signals.attached(LOG_INS, listener):
        while clock() < ends:
            news = await listener.next(PING_SECONDS)
            if (listener.was_doubted() or news is None) and not await still_signed_in(staff, given):
                return
            if news is not None and news.everything:
                # Read only now: what happens meanwhile is told after it.
                news = news.joined(await watch.everything())
            events = list(_events(news, given.clock()))
            if events:
                numbered = enumerate(events, number + 1)
                yield b"".join(event(name, data, id=str(count)) for count, (name, data) in numbered)
            number += len(events)


def _events(news: News | None, now: datetime) -> Iterator[tuple[str, Any]]:
    if news is None:
        # An event, not a comment: a page cannot hear those.
        yield "ping", {"now": now.isoformat()}
        return
    if news.changed or news.everything:
        changed = [asdict(mark) | {"moved": one in news.moved} for one, mark in news.changed.items()]
        yield "conversations", {"all": news.everything, "changed": changed}
    for one, authors in news.typing.items():
        yield "typing", {"id": one, "authors": sorted(authors)}
    if news.agents is not None:
        yield "presence", {"agents": [asdict(agent) for agent in news.agents]}
