"""The conversation as server-sent events: from any number on, and then whatever happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from sse_starlette import EventSourceResponse, ServerSentEvent

from rapport.chat.gateway import topic
from rapport.chat.sessions import spend_ticket
from rapport.chat.state import State, view_after
from rapport.chat.typing_now import TypingNow
from rapport.store.signals import Signals
from rapport.web.chat import Given, Seq
from rapport.web.desk import AtDesk, bearer
from rapport.web.services import Services

router = APIRouter(prefix="/chat", tags=["chat"])
PING_SECONDS = 15
# A place in the queue changes without a change of this conversation.
QUEUE_SECONDS = 5.0


async def reader(
    given: Given,
    desk: AtDesk,
    authorization: Annotated[str | None, Header()] = None,
    ticket: Annotated[str | None, Query(max_length=1000)] = None,
) -> str:
    """The conversation a stream may show: of the bearer token, or of a ticket that is used up by this."""
    if ticket is None:
        return await bearer(desk, authorization)
    async with given.database.session() as session:
        return await spend_ticket(session, ticket, key=desk.key, now=given.clock())


@router.get("/stream", response_class=EventSourceResponse, summary="Messages, typing and state as they happen")
async def stream(
    given: Given,
    desk: AtDesk,
    conversation_id: Annotated[str, Depends(reader)],
    after: Seq = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventSourceResponse:
    seen = last_event_id if last_event_id and last_event_id.isascii() and last_event_id.isdecimal() else ""
    start = min(int(seen[:10]), 2**31 - 1) if seen else after
    async with given.database.reading() as session:
        # An unknown conversation is refused here, while there can still be a 404.
        await view_after(session, conversation_id, 2**31 - 1)
    events = happenings(given, desk.typing, conversation_id, after=start)
    return EventSourceResponse(events, ping=PING_SECONDS, headers={"Cache-Control": "no-store"})


async def happenings(
    given: Services, typing: TypingNow, conversation_id: str, *, after: int
) -> AsyncIterator[ServerSentEvent]:
    """`message` (id: its seq), `typing` and `state` events, each when it changes."""
    state: State | None = None
    typists: frozenset[str] = frozenset()
    signals: Signals = given.signals
    with signals.subscribe(topic(conversation_id)) as changed:
        while True:
            changed.clear()
            async with given.database.reading() as session:
                view = await view_after(session, conversation_id, after)
            for message in view.messages:
                after = message["seq"]
                yield _event("message", message, id=str(after))
            if view.state != state:
                state = view.state
                yield _event("state", state.as_json())
            if (now_typing := typing.authors(conversation_id) - {"customer"}) != typists:
                typists = now_typing
                yield _event("typing", {"authors": sorted(typists)})
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), QUEUE_SECONDS if state.responder == "queue" else None)


def _event(name: str, data: dict[str, Any], *, id: str | None = None) -> ServerSentEvent:  # noqa: A002  SSE's word
    return ServerSentEvent(json.dumps(data, ensure_ascii=False, separators=(",", ":")), event=name, id=id)
