"""The outbox: messages to customers, and each attempt to deliver one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base, BigKey


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
    lease can no longer write. `address` is where it went, known once it was claimed.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("message_id", "attempt"),
        Index("ix_deliveries_due", "state", "due_at"),
    )

    id: Mapped[BigKey]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
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
