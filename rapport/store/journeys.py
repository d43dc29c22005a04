"""Rule versions as they were applied, and each customer's way through one of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base


class RuleVersion(Base):
    """The text of a rule as it once was in force; `version` is the hash of it, so it never changes."""

    __tablename__ = "rule_versions"

    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    rule: Mapped[str] = mapped_column(String(64), index=True)
    source: Mapped[str] = mapped_column(Text)
    file: Mapped[str] = mapped_column(String(200))
    applied_at: Mapped[datetime]


class Enrolment(Base):
    """A customer's way through a rule that takes time, pinned to the version it began with.

    `occurrence` names what set it off (an event's id), so that it is begun once. `state`: waiting, done, exited.
    """

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("rule_version", "customer_id", "occurrence"),
        Index("ix_enrolments_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_version: Mapped[str] = mapped_column(ForeignKey("rule_versions.version"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    occurrence: Mapped[str] = mapped_column(String(64))
    step: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    reason: Mapped[str] = mapped_column(String(64), default="")
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    began_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
