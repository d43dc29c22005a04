"""How far each agent has read each conversation: all her tabs and devices agree on what is unread."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base
from rapport.store.database import insert_or_ignore


class Reading(Base):
    """`agent` has seen this conversation up to the message of number `seq`."""

    __tablename__ = "readings"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    agent: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int]


async def read_up_to(session: AsyncSession, conversation_id: str, agent: str, seq: int) -> None:
    """The agent has read up to `seq`; an older tab takes nothing back."""
    row = {"conversation_id": conversation_id, "agent": agent}
    await session.execute(insert_or_ignore(session, Reading, conflict=list(row)).values(**row, seq=0))
    mine = (Reading.conversation_id == conversation_id) & (Reading.agent == agent) & (Reading.seq < seq)
    await session.execute(update(Reading).where(mine).values(seq=seq))
