"""What the console shows of one conversation: messages, notes and the moments of hand-offs, each in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.conversations import Handoff, Utterance, messages_after
from rapport.store.notes import Note, notes_of
from rapport.store.threads import PAGE, Placed, Understood, page_before, placed_handoffs, understood_in

Kind = Literal["message", "note", "moment"]
NEWEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in the thread. `order` sorts as text; it is the same whenever the item is read."""

    order: str
    kind: Kind
    at: datetime
    message: Utterance | None = None
    note: Note | None = None
    handoff: Handoff | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a thread. `first_seq` is its oldest message; `more`: there are older ones."""

    items: tuple[Item, ...]
    understood: dict[int, Understood]
    first_seq: int
    more: bool


async def newest_part(session: AsyncSession, conversation_id: str, *, before: int = NEWEST) -> Part:
    """The last messages before this one, with what came between and after them."""
    said = await page_before(session, conversation_id, before, limit=PAGE + 1)
    more, said = len(said) > PAGE, said[-PAGE:]
    # What came before the first message belongs to the page that has it.
    first = said[0].seq if said and more else 0
    return await _part(session, conversation_id, said, span=range(first, before), more=more)


async def part_after(session: AsyncSession, conversation_id: str, seq: int, *, first: int) -> Part:
    """The messages after this one, and everything between from the message `first` on: a note may be new anywhere."""
    said = await messages_after(session, conversation_id, seq)
    return await _part(session, conversation_id, said, span=range(first, NEWEST), more=False)


async def _part(
    session: AsyncSession, conversation_id: str, said: Sequence[Utterance], *, span: range, more: bool
) -> Part:
    between = [
        *map(_of_note, await notes_of(session, conversation_id)),
        *_moments(await placed_handoffs(session, conversation_id)),
    ]
    items = [*map(_of_message, said), *(item for place, item in between if place in span)]
    asked = [one.seq for one in said if one.author == "customer"]
    understood = await understood_in(session, conversation_id, asked)
    ordered = tuple(sorted(items, key=lambda item: item.order))
    return Part(ordered, understood, said[0].seq if said else 0, more)


def _of_message(said: Utterance) -> Item:
    return Item(f"{said.seq:010d}", "message", said.at, message=said)


def _of_note(note: Note) -> tuple[int, Item]:
    return note.after_seq, Item(_between(note.after_seq, note.at), "note", note.at, note=note)


def _moments(placed: Iterable[Placed]) -> Iterator[tuple[int, Item]]:
    for one in placed:
        handoff = one.handoff
        moments = (
            ("requested", handoff.requested_at, one.requested_after),
            ("accepted", handoff.accepted_at, one.accepted_after),
            ("ended", handoff.ended_at, one.ended_after),
        )
        for what, at, place in moments:
            if at is not None:
                yield place, Item(_between(place, at), "moment", at, handoff=handoff, what=what)


def _between(seq: int, at: datetime) -> str:
    return f"{seq:010d}~{at.timestamp():017.6f}"
