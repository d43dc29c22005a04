"""Who is logged in: a row per browser, so that a log-in can be ended from here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base


class StaffSession(Base):
    """A log-in. `key_hash` is the SHA-256 of the cookie, in hex: who reads the table cannot log in with it.

    `confirmed` says whether the second factor was given (or none is set up).
    """

    __tablename__ = "staff_sessions"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), index=True)
    confirmed: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
