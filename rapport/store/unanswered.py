"""Questions of customers that the shop's policy file has no answer to, for the shop to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base, BigKey

LONGEST = 300


class UnansweredQuestion(Base):
    """One question, without the personal data that can be told by its shape; it goes when its conversation goes."""

    __tablename__ = "unanswered_questions"
    __table_args__ = (Index("ix_unanswered_questions_at", "at"),)

    id: Mapped[BigKey]
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    intent: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(String(LONGEST))
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question as it was asked, how often, and when last."""

    text: str
    language: str
    intent: str
    times: int
    last_at: datetime


def note_unanswered(session: AsyncSession, question: UnansweredQuestion) -> None:
    """Keeps a question; its text must be masked already."""
    question.text = question.text[:LONGEST]
    session.add(question)


async def unanswered_questions(session: AsyncSession, *, since: datetime, limit: int = 100) -> list[Unanswered]:
    """What was asked since then, the most frequent first, then the newest."""
    one = UnansweredQuestion
    times, last_at = func.count(), func.max(one.at, type_=one.at.type)
    statement = (
        select(one.text, one.language, func.max(one.intent), times, last_at)
        .where(one.at >= since)
        .group_by(one.text, one.language)
        .order_by(times.desc(), last_at.desc(), one.text)
        .limit(limit)
    )
    return [Unanswered(*row) for row in await session.execute(statement)]
