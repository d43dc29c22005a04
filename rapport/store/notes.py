"""Private notes of staff in a conversation: never in the thread a customer or the assistant sees."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base, BigKey


class Note(Base):
    """`after_seq` is the newest message of the thread when it was written: its place between the messages."""

    __tablename__ = "notes"

    id: Mapped[BigKey]
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    after_seq: Mapped[int]
    agent: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


async def notes_of(session: AsyncSession, conversation_id: str) -> list[Note]:
    """The conversation's notes, oldest first."""
    statement = select(Note).where(Note.conversation_id == conversation_id).order_by(Note.id)
    return list(await session.scalars(statement))
