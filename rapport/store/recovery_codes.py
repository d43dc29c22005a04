"""Recovery codes: each lets an agent in once, in place of a second factor she has lost."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base


class RecoveryCode(Base):
    """`code_hash` is keyed with the signing key: a code is short enough to be guessed from a plain hash."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), index=True)


async def replace_recovery_codes(session: AsyncSession, agent_id: int, hashes: Iterable[str]) -> None:
    """These are the agent's codes now, and no others."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent_id))
    session.add_all(RecoveryCode(code_hash=each, agent_id=agent_id) for each in hashes)
    await session.flush()


async def use_recovery_code(session: AsyncSession, agent_id: int, code_hash: str) -> bool:
    """True for the one time this code of this agent is used."""
    used = delete(RecoveryCode).where(RecoveryCode.code_hash == code_hash, RecoveryCode.agent_id == agent_id)
    return (await session.scalar(used.returning(RecoveryCode.code_hash))) is not None


async def recovery_codes_left(session: AsyncSession, agent_id: int) -> int:
    """How many of the agent's codes are not used yet."""
    counted = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.agent_id == agent_id)
    return (await session.scalar(counted)) or 0
