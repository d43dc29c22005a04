"""The outbox: messages to customers, and each attempt to deliver one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base, BigKey, UtcDateTime
from rapport.store.database import insert_or_ignore
from rapport.store.signals import send_signal

OUTBOX = "outbox"
# No message waits longer between being queued and being sent or dropped.
LONGEST_WAIT = timedelta(days=30)


class Message(Base):
    """One text to one customer by one channel.

    `key` (customer, rule version, step, occurrence) makes it one however often it is decided; `message_id` is the
    Message-ID of the mail, fixed here so that a relay can tell a duplicate; `context` is what the template is
    filled with (JSON), `links` the addresses it may redirect to, by their number, known once rendered.
    `state`: queued → exactly one of sent, failed, suppressed (with `reason`), unknown.
    """

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_customer", "customer_id", "queued_at"),)

    id: Mapped[BigKey]
    key: Mapped[str] = mapped_column(String(200), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    rule: Mapped[str] = mapped_column(String(64), default="")
    rule_version: Mapped[str] = mapped_column(String(64), default="")
    channel: Mapped[str] = mapped_column(String(16))
    purpose: Mapped[str] = mapped_column(String(32))
    template: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    variant: Mapped[str] = mapped_column(String(64), default="")
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    links: Mapped[list[Any]] = mapped_column(JSON, default=list)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="queued")
    reason: Mapped[str] = mapped_column(String(200), default="")
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class Delivery(Base):
    """One attempt at a message. `state`: due → claimed → sent, failed, suppressed, unknown or retried.

    A claim is a lease until `leased_until`; `fence` rises with each claim, so that a worker that slept through its
    lease can no longer write. `address` is where it went, known once it was claimed. `channel` is the message's, once
    more: each channel is worked off by itself, however much another one has to do.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("message_id", "attempt"),
        Index("ix_deliveries_due", "channel", "state", "due_at"),
    )

    id: Mapped[BigKey]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(16))
    attempt: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(16), default="due")
    due_at: Mapped[datetime]
    worker: Mapped[str | None] = mapped_column(String(64))
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    address: Mapped[str | None] = mapped_column(String(320))
    code: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    ended_at: Mapped[datetime | None]


async def queue_message(
    session: AsyncSession,
    *,
    key: str,
    customer_id: int,
    channel: str,
    purpose: str,
    template: str,
    language: str,
    context: Mapping[str, Any],
    now: datetime,
    due_at: datetime,
    conversation_id: str | None = None,
    rule: str = "",
    rule_version: str = "",
    variant: str = "",
    expires_at: datetime | None = None,
) -> Message | None:
    """Puts a message into the outbox with its first delivery, due at `due_at`; None when its `key` is there."""
    values = {
        "key": key, "customer_id": customer_id, "conversation_id": conversation_id, "rule": rule,
        "rule_version": rule_version, "channel": channel, "purpose": purpose, "template": template,
        "language": language, "variant": variant, "context": dict(context), "links": [], "state": "queued",
        "reason": "", "message_id": _message_id(key, now), "queued_at": now, "expires_at": expires_at,
    }  # fmt: skip
    statement = insert_or_ignore(session, Message, conflict=["key"]).values(**values).returning(Message)
    message: Message | None = (await session.scalars(statement)).one_or_none()
    if message is not None:
        session.add(Delivery(message_id=message.id, channel=channel, due_at=due_at))
        await session.flush()
        await send_signal(session, OUTBOX)
    return message


def _message_id(key: str, now: datetime) -> str:
    """The Message-ID of the mail. Hashed: a key names the customer's number, which is nobody's business."""
    return f"<{hashlib.sha256(f'{key} {now.isoformat()}'.encode()).hexdigest()[:40]}@rapport.invalid>"


async def count_queued(session: AsyncSession, *, conversation_id: str, template: str) -> int:
    """How many messages of this template a conversation has brought about."""
    statement = select(func.count()).where(Message.conversation_id == conversation_id, Message.template == template)
    return await session.scalar(statement) or 0


async def latest_messages(session: AsyncSession, customer_id: int, *, limit: int) -> list[Message]:
    """What was decided to send the customer, newest first, whatever became of it."""
    statement = select(Message).where(Message.customer_id == customer_id)
    return list(await session.scalars(statement.order_by(Message.queued_at.desc(), Message.id.desc()).limit(limit)))


async def messages_lately(
    session: AsyncSession, customer_id: int, *, since: datetime
) -> list[tuple[int, str, str, datetime, bool]]:
    """Id, channel, purpose, moment and whether it was sent, of what was sent since, or is queued to leave."""
    values = {"customer": customer_id, "since": since, "queued_since": since - LONGEST_WAIT}
    return [(row[0], row[1], row[2], row[3], bool(row[4])) for row in await session.execute(_LATELY, values)]


SINCE = bindparam("since", type_=UtcDateTime())
_AT = func.coalesce(Message.sent_at, func.max(Delivery.due_at))
_LATELY = (
    select(Message.id, Message.channel, Message.purpose, _AT, Message.sent_at.is_not(None))
    .join(Delivery, Delivery.message_id == Message.id)
    .where(Message.customer_id == bindparam("customer"), Message.state.in_(("queued", "sent")))
    .where(Message.queued_at >= bindparam("queued_since"))
    .group_by(Message.id)
    .having(_AT >= SINCE)
    .order_by(Message.id)
)
