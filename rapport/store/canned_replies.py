"""Canned replies: what staff say often, in both languages, with variables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, select
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
