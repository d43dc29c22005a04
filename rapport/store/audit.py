"""The audit: who did what, when; rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base, BigKey


class AuditEntry(Base):
    """`who` is an agent's name, `key:NAME` or `command line`; `action` is in the past: `logged_in`, `took_over`.

    `object` is what it was done to, as `conversation:ID` or `agent:NAME`; `details` holds no text of a customer.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_at", "at"), Index("ix_audit_entries_object", "object"))

    id: Mapped[BigKey]
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(48))
    object: Mapped[str] = mapped_column(String(96), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


async def add_audit_entry(
    session: AsyncSession,
    action: str,
    *,
    who: str,
    at: datetime,
    object: str = "",  # noqa: A002  the audit's word
    details: Mapping[str, Any] | None = None,
) -> None:
    """Writes an entry into the transaction of what it tells of: both last, or neither."""
    session.add(AuditEntry(at=at, who=who, action=action, object=object, details=dict(details or {})))
    await session.flush()


async def audit_before(
    session: AsyncSession, before: int | None, *, limit: int, who: str = "", action: str = "", of: str = ""
) -> Sequence[AuditEntry]:
    """Entries older than the one numbered `before` (None: all), newest first; `of` is an object, or how it begins."""
    statement = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    if who:
        statement = statement.where(AuditEntry.who == who)
    if action:
        statement = statement.where(AuditEntry.action == action)
    if of:
        statement = statement.where(AuditEntry.object.startswith(of, autoescape=True))
    return (await session.scalars(statement)).all()
