"""Canned replies: what staff say often, in both languages, with variables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base


class CannedReply(Base):
    """Typed as `/shortcut` in the console. Variables stand as `{customer}`, `{agent}`, `{shop}`, `{order}`."""

    __tablename__ = "canned_replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    shortcut: Mapped[str] = mapped_column(String(32), unique=True)
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime]


async def canned_replies(session: AsyncSession) -> list[CannedReply]:
    """All of them, by shortcut."""
    return list(await session.scalars(select(CannedReply).order_by(CannedReply.shortcut)))


async def save_canned_reply(
    session: AsyncSession, reply_id: int | None, *, shortcut: str, texts: tuple[str, str], by: str, now: datetime
) -> CannedReply | None:
    """Adds a reply (its texts in zh and en), or changes the one with this id; None where there is none.

    Raises IntegrityError where the shortcut is taken.
    """
    reply = CannedReply() if reply_id is None else await session.get(CannedReply, reply_id)
    if reply is None:
        return None
    reply.shortcut, (reply.text_zh, reply.text_en) = shortcut, texts
    reply.changed_by, reply.changed_at = by, now
    session.add(reply)
    await session.flush()
    return reply


async def delete_canned_reply(session: AsyncSession, reply_id: int) -> bool:
    """False where there is none with this id."""
    statement = delete(CannedReply).where(CannedReply.id == reply_id).returning(CannedReply.id)
    return (await session.scalar(statement)) is not None
