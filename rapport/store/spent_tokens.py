"""Tokens that may be used once: whoever spends one first has it, everybody after is told so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base
from rapport.store.database import insert_or_ignore


class SpentToken(Base):
    """A token that was used; kept until it would have expired anyway."""

    __tablename__ = "spent_tokens"

    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


async def spend_token(session: AsyncSession, name: str, *, expires_at: datetime, now: datetime) -> bool:
    """True for the first to spend `name`, False for everybody after; forgets what has expired."""
    await session.execute(delete(SpentToken).where(SpentToken.expires_at < now))
    statement = insert_or_ignore(session, SpentToken, conflict=["name"])
    statement = statement.values(name=name, expires_at=expires_at).returning(SpentToken.name)
    return (await session.scalar(statement)) is not None
