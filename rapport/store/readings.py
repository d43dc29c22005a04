"""How far each agent has read each conversation: all her tabs and devices agree on what is unread."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base


class Reading(Base):
    """`agent` has seen this conversation up to the message of number `seq`."""

    __tablename__ = "readings"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    agent: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int]
