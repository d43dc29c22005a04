"""The conversation as server-sent events: from any number on, and then whatever happens."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from sse_starlette import EventSourceResponse, ServerSentEvent

from rapport.chat.gateway import topic
from rapport.chat.inbox import Inbox
from rapport.chat.sessions import spend_ticket
from rapport.chat.state import State, message_as_json, view_after
from rapport.web.chat import Given, Seq
from rapport.web.desk import AtDesk, Desk, bearer
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
        await view_after(session, conversation_id, 2**31 - 1, now=given.clock(), terms=desk.terms)
    events = happenings(given, desk, conversation_id, after=start)
    return EventSourceResponse(events, ping=PING_SECONDS, headers={"Cache-Control": "no-store"})


async def happenings(given: Services, desk: Desk, conversation_id: str, *, after: int) -> AsyncIterator[bytes]:
    """`message` (id: its seq), `typing` and `state` events, each when it changes; those of one moment together."""
    shown, inbox = Shown(after), Inbox()
    with given.signals.attached(topic(conversation_id), inbox):
        while True:
            said = inbox.take(after=shown.after)
            if said is None:
                async with given.database.reading() as session:
                    view = await view_after(
                        session, conversation_id, shown.after, now=given.clock(), terms=desk.terms
                    )
                new = [*shown.messages(view.messages), *shown.state_as(view.state)]
            else:
                new = [*shown.messages(map(message_as_json, said))]
            new += shown.typing(desk.typing.authors(conversation_id) - {"customer"})
            if new:
                yield b"".join(new)
            await inbox.wait(QUEUE_SECONDS if shown.in_queue else None)


@dataclass(slots=True)
class Shown:
    """What the client has been sent: up to which message, the last state, who was typing."""

    after: int
    state: State | None = None
    typists: frozenset[str] = frozenset()

    @property
    def in_queue(self) -> bool:
        return self.state is not None and self.state.responder == "queue"

    def messages(self, messages: Iterable[dict[str, Any]]) -> Iterator[bytes]:
        for message in messages:
            self.after = message["seq"]
            yield _event("message", message, id=str(self.after))

    def state_as(self, state: State) -> Iterator[bytes]:
        if state != self.state:
            self.state = state
            yield _event("state", state.as_json())

    def typing(self, typists: frozenset[str]) -> Iterator[bytes]:
        if typists != self.typists:
            self.typists = typists
            yield _event("typing", {"authors": sorted(typists)})


def _event(name: str, data: dict[str, Any], *, id: str | None = None) -> bytes:  # noqa: A002  SSE's word
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return ServerSentEvent(text, event=name, id=id).encode()
