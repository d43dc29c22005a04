"""How far each agent has read each conversation: all her tabs and devices agree on what is unread."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from rapport.store.base import Base
from rapport.store.conversations import ChatMessage, Conversation
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


def unread_by(agent: str) -> Any:
    """In a statement over conversations: how much each customer said since this agent last looked."""
    one, mine = aliased(ChatMessage), (Reading.conversation_id == Conversation.id) & (Reading.agent == agent)
    read = select(Reading.seq).where(mine).correlate(Conversation).scalar_subquery()
    new = (one.conversation_id == Conversation.id) & (one.author == "customer") & (one.seq > func.coalesce(read, 0))
    return select(func.count(one.id)).where(new).correlate(Conversation).scalar_subquery()
