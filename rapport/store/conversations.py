"""Conversations, what was said in them, and hand-offs to a person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base, BigKey
from rapport.store.customers import Customer

Responder = Literal["assistant", "queue", "agent"]
Author = Literal["customer", "assistant", "agent", "system"]


class Conversation(Base):
    """A thread. `responder` says whose turn it is to answer; `version` rises with each change of it.

    `id` is 128 random bits in hex: it is also Rasa's sender id. `last_seq` is the number of the newest message,
    `answered_seq` the number up to which nothing waits for the assistant any more. `shown_products` are SKUs, newest
    first; `context` is what the actions need to understand "the cheaper one" (`actions.context`). `read_seq` is how
    far the customer has read; `snoozed_until` is set while its agent waits for something. `awaits` is "email" where
    she was asked for an address to be answered at.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint("responder IN ('assistant', 'queue', 'agent')", name="responder"),
        # What staff look at: the few that are not with the assistant.
        Index("ix_conversations_shelf", "responder", "closed_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    responder: Mapped[str] = mapped_column(String(16), default="assistant")
    version: Mapped[int] = mapped_column(default=1)
    agent: Mapped[str | None] = mapped_column(String(64))
    waiting_since: Mapped[datetime | None]
    last_seq: Mapped[int] = mapped_column(default=0)
    answered_seq: Mapped[int] = mapped_column(default=0)
    shown_products: Mapped[list[Any]] = mapped_column(JSON, default=list)
    context: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]
    read_seq: Mapped[int] = mapped_column(default=0)
    snoozed_until: Mapped[datetime | None]
    awaits: Mapped[str | None] = mapped_column(String(16))
    stars: Mapped[int | None]
    comment: Mapped[str | None] = mapped_column(String(1000))


class ChatMessage(Base):
    """One thing said, by whom; `seq` rises by one within a conversation, `client_id` makes a repetition one.

    `agent` is the name of the member of staff where the author is one.
    """

    __tablename__ = "chat_messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "client_id"),
    )

    id: Mapped[BigKey]
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    client_id: Mapped[str | None] = mapped_column(String(64))
    author: Mapped[str] = mapped_column(String(16))
    agent: Mapped[str | None] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    payload: Mapped[str | None] = mapped_column(String(1000))
    buttons: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    cards: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    table: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    timeline: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    form: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    files: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a conversation stands: its columns of these names."""

    language: str
    responder: str
    version: int
    last_seq: int
    answered_seq: int
    agent: str | None = None
    customer_id: int | None = None
    snoozed_until: datetime | None = None
    closed_at: datetime | None = None
    awaits: str | None = None
    channel: str = "web"


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message as it was said: what a stream shows of it, and what only the assistant is told (`payload`)."""

    seq: int
    author: str
    text: str
    at: datetime
    client_id: str | None = None
    payload: str | None = None
    buttons: list[Any] | None = None
    cards: list[Any] | None = None
    table: dict[str, Any] | None = None
    timeline: dict[str, Any] | None = None
    form: dict[str, Any] | None = None
    files: list[Any] | None = None
    agent: str | None = None


# By these names the index finds who is not done with yet, however many have ended.
OPEN = ("requested", "assigned", "accepted")


class Handoff(Base):
    """The way from the assistant to a person: requested → assigned → accepted → ended.

    `priority` orders the queue (higher is sooner), `skill` and `language` say who can take it. `summary` is what the
    assistant is told when it gets the conversation back. `due_at` is when the agent's next answer is due; the time
    the conversation was snoozed, `snoozed_seconds`, is no handling time. `outcome`: resolved, returned (to the
    assistant), left (by the customer), transferred, nobody (was there).
    """

    __tablename__ = "handoffs"
    __table_args__ = (Index("ix_handoffs_open", "state", "requested_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(16), default="requested")
    reason: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str | None] = mapped_column(String(64))
    requested_at: Mapped[datetime] = mapped_column(index=True)
    assigned_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    skill: Mapped[str | None] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8), default="zh")
    priority: Mapped[float] = mapped_column(default=0.0)
    answered_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    snoozed_at: Mapped[datetime | None]
    snoozed_seconds: Mapped[float] = mapped_column(default=0.0)
    summary: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(String(16))


async def change_responder(
    session: AsyncSession,
    conversation_id: str,
    responder: Responder,
    *,
    version: int,
    agent: str | None = None,
    waiting_since: datetime | None = None,
) -> bool:
    """Compare-and-set: hands the conversation over if it is still at `version`; False when it has moved."""
    statement = (
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.version == version)
        .values(responder=responder, version=version + 1, agent=agent, waiting_since=waiting_since)
        .returning(Conversation.id)
    )
    return (await session.scalar(statement)) is not None


async def locked(session: AsyncSession, conversation_id: str) -> Standing | None:
    """How this conversation stands, and will until the transaction ends; None where it is unknown."""
    # On PostgreSQL the row's lock puts two posts of one client id in order; SQLite has one writer anyway.
    row = (await session.execute(_LOCKED, {"conversation": conversation_id})).one_or_none()
    return None if row is None else Standing(*row)


async def turn_to_language(session: AsyncSession, conversation_id: str, language: str) -> None:
    """The conversation goes on in this language."""
    await session.execute(_LANGUAGE, {"conversation": conversation_id, "spoken": language})


async def conversation_with_customer(
    session: AsyncSession, conversation_id: str
) -> tuple[Conversation, Customer | None]:
    """The conversation and whose it is, where that is known. Raises NoResultFound."""
    row = (await session.execute(_WITH_CUSTOMER, {"conversation": conversation_id})).one()
    return row[0], row[1]


async def append_message(
    session: AsyncSession,
    conversation_id: str,
    author: Author,
    text: str,
    *,
    at: datetime,
    **parts: Any,
) -> Utterance:
    """Says something in a conversation, with the next `seq`. `parts`: client_id, payload, buttons, cards …"""
    seq = (await session.scalars(_NEXT_SEQ, {"conversation": conversation_id})).one()
    said = Utterance(seq, author, text, at, **parts)
    await add_utterances(session, conversation_id, [said])
    return said


async def add_utterances(session: AsyncSession, conversation_id: str, said: Sequence[Utterance]) -> None:
    """Writes messages whose numbers are given."""
    rows = [{"conversation_id": conversation_id, **asdict(one)} for one in said]
    await session.execute(_INSERT, rows)


async def messages_after(
    session: AsyncSession, conversation_id: str, seq: int, *, limit: int = 500
) -> list[Utterance]:
    """What was said after `seq`, oldest first."""
    rows = await session.execute(_AFTER, {"conversation": conversation_id, "seq": seq, "count": limit})
    return [Utterance(*row) for row in rows]


async def seq_of_client(session: AsyncSession, conversation_id: str, client_id: str) -> int | None:
    """The number of the message this client id already stands for, if any."""
    values = {"conversation": conversation_id, "client": client_id}
    seq: int | None = await session.scalar(_OF_CLIENT, values)
    return seq


async def form_of_message(session: AsyncSession, conversation_id: str, seq: int) -> dict[str, Any] | None:
    """The form that was shown with this number, if one was."""
    form: dict[str, Any] | None = await session.scalar(_FORM, {"conversation": conversation_id, "seq": seq})
    return form


async def open_conversations(session: AsyncSession, customers: Collection[int], *, channel: str) -> dict[int, str]:
    """For each of these customers who has one, her newest open conversation by this channel."""
    mine = select(Conversation.customer_id, Conversation.id).where(Conversation.customer_id.in_(customers))
    mine = mine.where(Conversation.channel == channel, Conversation.closed_at.is_(None))
    rows = await session.execute(mine.order_by(Conversation.opened_at, Conversation.id))
    return {customer: conversation for customer, conversation in rows if customer is not None}


async def note_read(session: AsyncSession, conversation_id: str, seq: int) -> str | None:
    """The customer has read up to `seq`: gives who responds; None where it is no news, or more than there is."""
    responder: str | None = await session.scalar(_READ, {"conversation": conversation_id, "seq": seq})
    return responder


CONVERSATIONS, MESSAGES = cast(Table, Conversation.__table__), cast(Table, ChatMessage.__table__)
# Every turn waits for these: built once, because building one takes longer than running it.
_THIS = CONVERSATIONS.c.id == bindparam("conversation")
_IN_THIS = MESSAGES.c.conversation_id == bindparam("conversation")
_LOCKED = select(*(CONVERSATIONS.c[field.name] for field in fields(Standing))).where(_THIS).with_for_update()
_WITH_CUSTOMER = (
    select(Conversation, Customer)
    .outerjoin(Customer, Customer.id == Conversation.customer_id)
    .where(Conversation.id == bindparam("conversation"))
)
_LANGUAGE = update(CONVERSATIONS).where(_THIS).values(language=bindparam("spoken"))
_NEXT_SEQ = (
    update(CONVERSATIONS)
    .where(_THIS)
    .values(last_seq=CONVERSATIONS.c.last_seq + 1)
    .returning(CONVERSATIONS.c.last_seq)
)
_INSERT = insert(MESSAGES)
_AFTER = (
    select(*(MESSAGES.c[field.name] for field in fields(Utterance)))
    .where(_IN_THIS, MESSAGES.c.seq > bindparam("seq"))
    .order_by(MESSAGES.c.seq)
    .limit(bindparam("count", type_=Integer))
)
_FORM = select(MESSAGES.c.form).where(_IN_THIS, MESSAGES.c.seq == bindparam("seq"))
_READ = (
    update(CONVERSATIONS)
    .where(_THIS, CONVERSATIONS.c.read_seq < bindparam("seq"), CONVERSATIONS.c.last_seq >= bindparam("seq"))
    .values(read_seq=bindparam("seq"))
    .returning(CONVERSATIONS.c.responder)
)
_OF_CLIENT = select(MESSAGES.c.seq).where(_IN_THIS, MESSAGES.c.client_id == bindparam("client"))


async def open_handoff(session: AsyncSession, conversation_id: str) -> Handoff | None:
    """The hand-off of this conversation that has not ended, if any."""
    statement = select(Handoff).where(Handoff.conversation_id == conversation_id, Handoff.state != "ended")
    return await session.scalar(statement.order_by(Handoff.id.desc()).limit(1))
