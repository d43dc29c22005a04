"""What staff see of many conversations at once: who it is, what was said last, how long she waits, what is unread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from rapport.store.conversations import ChatMessage, Conversation, Handoff
from rapport.store.customers import Customer
from rapport.store.finding import has_words, of_person
from rapport.store.readings import unread_by

Shelf = Literal["mine", "queue", "all", "snoozed", "closed"]
SHELVES: tuple[Shelf, ...] = get_args(Shelf)
MOST = 100
# "All" shows where something was said of late; so many messages are looked at, however many there are.
LOOKED_AT = 5_000


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation as a list shows it.

    `text`, `author`, `said_by` (of the staff), `said_at` and `has_file` are of the newest thing a person or the
    assistant said, where there is one (a file or a product has no text); `reason`, `due_at`, `priority` and
    `meant_for` of its open hand-off. `unread` counts what the customer said since the reader last looked.
    """

    id: str
    customer_id: int | None
    name: str | None
    channel: str
    language: str
    responder: str
    agent: str | None
    version: int
    last_seq: int
    read_seq: int
    waiting_since: datetime | None
    snoozed_until: datetime | None
    closed_at: datetime | None
    opened_at: datetime
    text: str | None
    author: str | None
    said_by: str | None
    said_at: datetime | None
    has_file: bool
    reason: str | None
    due_at: datetime | None
    priority: float | None
    meant_for: str | None
    unread: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What changes when anything of a conversation does. `agent` holds it, or was given it."""

    id: str
    version: int
    last_seq: int
    responder: str
    agent: str | None
    snoozed: bool

    def stands_like(self, other: Mark | None) -> bool:
        """Whether nothing but what was said is different."""
        return other is not None and replace(self, last_seq=other.last_seq) == other


async def rows_of(session: AsyncSession, shelf: Shelf, *, agent: str, limit: int = MOST) -> list[Row]:
    """The conversations on a shelf of this agent's console, in the order she should look at them."""
    last, handoff = aliased(ChatMessage), aliased(Handoff)
    statement = _rows(agent, last, handoff).where(_on_shelf(shelf, agent))
    ordered = {
        "mine": (handoff.due_at.is_(None), handoff.due_at, last.id.desc()),
        "queue": (handoff.priority.desc(), Conversation.waiting_since),
        "all": (last.id.desc(),),
        "snoozed": (Conversation.snoozed_until,),
        "closed": (Conversation.closed_at.desc(),),
    }
    return await _read(session, statement.order_by(*ordered[shelf], Conversation.id).limit(limit))


async def rows_by_id(session: AsyncSession, ids: Sequence[str], *, agent: str) -> list[Row]:
    """These conversations, as they are now."""
    last, handoff = aliased(ChatMessage), aliased(Handoff)
    return await _read(session, _rows(agent, last, handoff).where(Conversation.id.in_(ids)))


async def rows_of_customer(session: AsyncSession, customer_id: int, *, agent: str, limit: int) -> list[Row]:
    """The customer's newest conversations."""
    last, handoff = aliased(ChatMessage), aliased(Handoff)
    statement = _rows(agent, last, handoff).where(Conversation.customer_id == customer_id)
    return await _read(session, statement.order_by(Conversation.opened_at.desc()).limit(limit))


async def search(session: AsyncSession, wanted: str, *, agent: str, limit: int = 50) -> list[Row]:
    """Where these words were said, of customers of this name, of who has an order of this number; newest first.

    `text`, `author` and `said_at` are of the newest message that has the words, where one has.
    """
    found, handoff = aliased(ChatMessage), aliased(Handoff)
    hit = select(func.max(ChatMessage.id)).where(has_words(wanted))
    hits = hit.group_by(ChatMessage.conversation_id).order_by(func.max(ChatMessage.id).desc()).limit(limit)
    said = [row[0] for row in await session.execute(hits)]
    by_text = await _read(session, _rows(agent, found, handoff, found.id.in_(said)).where(found.id.is_not(None)))
    statement = _rows(agent, found, handoff).where(of_person(wanted))
    by_person = await _read(session, statement.order_by(found.id.desc()).limit(limit))
    rows = {row.id: row for row in (*by_person, *by_text)}
    return sorted(rows.values(), key=lambda row: row.said_at or row.opened_at, reverse=True)[:limit]


async def shelf_sizes(session: AsyncSession, *, agent: str) -> dict[Shelf, int]:
    """How many stand on the shelves that are worked off."""
    counted: tuple[Shelf, ...] = ("mine", "queue", "snoozed")
    counts = [select(func.count()).where(_on_shelf(shelf, agent)).scalar_subquery() for shelf in counted]
    row = (await session.execute(select(*counts))).one()
    return dict(zip(counted, row, strict=True))


async def marks_of_open(session: AsyncSession) -> list[Mark]:
    """Every conversation that is with staff or waits for them."""
    with_staff = (Conversation.responder != "assistant") & Conversation.closed_at.is_(None)
    return await _marks(session, with_staff)


async def marks_by_id(session: AsyncSession, ids: Sequence[str]) -> list[Mark]:
    """How far these conversations are."""
    return await _marks(session, Conversation.id.in_(ids)) if ids else []


async def _marks(session: AsyncSession, which: ColumnElement[bool]) -> list[Mark]:
    given = select(func.max(Handoff.agent)).where(
        Handoff.conversation_id == Conversation.id, Handoff.state == "assigned"
    )
    statement = select(
        Conversation.id,
        Conversation.version,
        Conversation.last_seq,
        Conversation.responder,
        func.coalesce(Conversation.agent, given.scalar_subquery()),
        Conversation.snoozed_until.is_not(None),
    )
    return [Mark(*row) for row in await session.execute(statement.where(which))]


def _on_shelf(shelf: Shelf, agent: str) -> ColumnElement[bool]:
    is_open, awake = Conversation.closed_at.is_(None), Conversation.snoozed_until.is_(None)
    held = Conversation.responder == "agent"
    spoken_lately = select(ChatMessage.conversation_id).order_by(ChatMessage.id.desc()).limit(LOOKED_AT).subquery()
    shelves: dict[Shelf, ColumnElement[bool]] = {
        "mine": and_(is_open, awake, or_(and_(held, Conversation.agent == agent), _meant_for(agent))),
        "queue": and_(is_open, Conversation.responder == "queue"),
        "all": and_(is_open, Conversation.id.in_(select(spoken_lately.c.conversation_id))),
        "snoozed": and_(is_open, held, Conversation.snoozed_until.is_not(None)),
        "closed": Conversation.closed_at.is_not(None),
    }
    return shelves[shelf]


def _meant_for(agent: str) -> ColumnElement[bool]:
    """Given to her by the queue or a colleague, and not yet opened."""
    given = select(Handoff.conversation_id).where(Handoff.state == "assigned", Handoff.agent == agent)
    return and_(Conversation.responder == "queue", Conversation.id.in_(given))


def _rows(agent: str, last: Any, handoff: Any, joined: ColumnElement[bool] | None = None) -> Select[Any]:
    newest = last.seq == _last_said() if joined is None else joined
    running = select(func.max(Handoff.id)).where(Handoff.conversation_id == Conversation.id, Handoff.state != "ended")
    conversation = [getattr(Conversation, name) for name in _COLUMNS]
    return (
        select(
            Conversation.id, Conversation.customer_id, Customer.name, *conversation,
            last.text, last.author, last.agent, last.at, last.files.is_not(None),
            handoff.reason, handoff.due_at, handoff.priority, handoff.agent, unread_by(agent),
        )
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
        .outerjoin(last, (last.conversation_id == Conversation.id) & newest)
        .outerjoin(handoff, handoff.id == running.scalar_subquery())
    )  # fmt: skip


def _last_said() -> Any:
    """What the system says ("Lin is here now") tells nobody what a conversation is about."""
    said = select(func.max(ChatMessage.seq)).where(ChatMessage.author != "system")
    return said.where(ChatMessage.conversation_id == Conversation.id).correlate(Conversation).scalar_subquery()


_COLUMNS = (
    "channel",
    "language",
    "responder",
    "agent",
    "version",
    "last_seq",
    "read_seq",
    "waiting_since",
    "snoozed_until",
    "closed_at",
    "opened_at",
)


async def _read(session: AsyncSession, statement: Select[Any]) -> list[Row]:
    return [Row(*row) for row in await session.execute(statement)]
