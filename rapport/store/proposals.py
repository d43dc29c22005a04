"""Proposed training utterances: what the assistant misunderstood, with the intent a person says is right."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base, BigKey

LONGEST = 300


class Proposal(Base):
    """One per message; `text` has no personal data. `state`: proposed, dismissed, or written (into a file in git).

    `heard` is the intent the assistant took it for, `intent` the right one (None when dismissed).
    """

    __tablename__ = "proposals"
    __table_args__ = (UniqueConstraint("conversation_id", "seq"),)

    id: Mapped[BigKey]
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(String(LONGEST))
    heard: Mapped[str] = mapped_column(String(64))
    intent: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="proposed", index=True)
    proposed_by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
