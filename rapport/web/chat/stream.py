"""The conversation as server-sent events: from any number on, and then whatever happens."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query

from rapport.chat.gateway import topic
from rapport.chat.inbox import Inbox
from rapport.chat.sessions import spend_ticket
from rapport.chat.state import State, message_as_json, view_after
from rapport.web.chat.desk import AtDesk, Desk, bearer
from rapport.web.chat.routes import Given, Seq
from rapport.web.services import Services
from rapport.web.streams import PING, EventStream, Open, event

router = APIRouter(prefix="/chat", tags=["chat"])
PING_SECONDS = 15.0
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


@router.get("/stream", response_class=EventStream, summary="Messages, typing and state as they happen")
async def stream(
    given: Given,
    desk: AtDesk,
    streams: Open,
    conversation_id: Annotated[str, Depends(reader)],
    after: Seq = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventStream:
    seen = last_event_id if last_event_id and last_event_id.isascii() and last_event_id.isdecimal() else ""
    start = min(int(seen[:10]), 2**31 - 1) if seen else after
    async with given.database.reading() as session:
        # An unknown conversation is refused here, while there can still be a 404.
        await view_after(session, conversation_id, 2**31 - 1, now=given.clock(), terms=desk.terms)
    return EventStream(happenings(given, desk, conversation_id, after=start), streams)


async def happenings(given: Services, desk: Desk, conversation_id: str, *, after: int) -> AsyncGenerator[bytes]:
    """`message` (id: its seq), `typing` and `state` events, each when it changes; those of one moment together.

    Where there is none for long, a comment.
    """
    shown, inbox, heard = Shown(after), Inbox(), True
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
            if new or not heard:
                yield b"".join(new) or PING
            heard = await inbox.wait(QUEUE_SECONDS if shown.in_queue else PING_SECONDS)
            if shown.in_queue and not heard:
                inbox.wake(None)


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
            yield event("message", message, id=str(self.after))

    def state_as(self, state: State) -> Iterator[bytes]:
        if state != self.state:
            self.state = state
            yield event("state", state.as_json())

    def typing(self, typists: frozenset[str]) -> Iterator[bytes]:
        if typists != self.typists:
            self.typists = typists
            yield event("typing", {"authors": sorted(typists)})
