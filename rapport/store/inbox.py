"""Every conversation as staff look through them: the one with the newest message first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.conversations import OPEN, ChatMessage, Conversation, Handoff
from rapport.store.customers import Customer
from rapport.store.finding import has_words, of_person
from rapport.store.readings import unread_by


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conversations: `mine` are those an agent holds or was given, `queue` those who wait in it.

    `text` is found in what was said, in the customer's name and as the number of an order of hers; `before` is the
    `cursor` of the last one seen.
    """

    responder: str | None = None
    mine: str | None = None
    queue: bool = False
    text: str = ""
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation, its newest message (`cursor` is its id), its open hand-off, and how many are unread."""

    conversation: Conversation
    cursor: int
    author: str
    text: str
    at: datetime
    handoff: Handoff | None
    customer_name: str | None
    unread: int


async def find_conversations(session: AsyncSession, wanted: Wanted, *, reader: str) -> list[Found]:
    """The conversations in which something was said, newest first."""
    last, named, unread = ChatMessage, Customer.name, unread_by(reader)
    statement = (
        select(Conversation, last.id, last.author, last.text, last.at, Handoff, named, unread)
        .join(last, and_(last.conversation_id == Conversation.id, last.seq == Conversation.last_seq))
        .outerjoin(Handoff, and_(Handoff.conversation_id == Conversation.id, Handoff.state.in_(OPEN)))
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
    )
    statement = _only(statement, wanted).order_by(last.id.desc()).limit(wanted.limit)
    return [Found(*row) for row in await session.execute(statement)]


def _only(statement: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.responder is not None:
        statement = statement.where(Conversation.responder == wanted.responder)
    if wanted.queue:
        statement = statement.where(Conversation.responder == "queue")
    if wanted.queue or wanted.mine is not None or wanted.responder in ("queue", "agent"):
        # These have a hand-off that is open: far fewer than there are conversations.
        statement = statement.where(Handoff.id.is_not(None))
    if wanted.mine is not None:
        given = and_(Conversation.responder == "queue", Handoff.agent == wanted.mine)
        statement = statement.where(or_(Conversation.agent == wanted.mine, given))
    if wanted.text:
        spoken = select(ChatMessage.conversation_id).where(has_words(wanted.text)).correlate(None)
        statement = statement.where(or_(Conversation.id.in_(spoken), of_person(wanted.text)))
    if wanted.before is not None:
        statement = statement.where(ChatMessage.id < wanted.before)
    return statement
