"""Consents (append-only) and suppressions: who may be written to, and about what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base
from rapport.store.database import insert_or_ignore


class Consent(Base):
    """One granting or withdrawing, never changed after; the newest row of a channel and purpose holds."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_customer", "customer_id", "channel", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(16))
    purpose: Mapped[str] = mapped_column(String(32))
    granted: Mapped[bool]
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(64))
    evidence: Mapped[str] = mapped_column(String(500), default="")


class Suppression(Base):
    """Do not contact this address, whoever's it is, with the reason: unsubscribed, bounced, complained …"""

    __tablename__ = "suppressions"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(320))
    reason: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


async def record_consent(
    session: AsyncSession,
    customer_id: int,
    *,
    channel: str,
    purpose: str,
    granted: bool,
    at: datetime,
    source: str,
    evidence: str = "",
) -> None:
    """Appends a consent or its withdrawal."""
    row = Consent(customer_id=customer_id, channel=channel, purpose=purpose, granted=granted, at=at)
    row.source, row.evidence = source, evidence
    session.add(row)
    await session.flush()


async def consents_of(session: AsyncSession, customer_id: int) -> frozenset[tuple[str, str]]:
    """The (channel, purpose) pairs that are granted now."""
    rows = await session.execute(_GRANTED, {"customer": customer_id})
    return frozenset((channel, purpose) for channel, purpose in rows)


_NEWEST = select(func.max(Consent.id)).where(Consent.customer_id == bindparam("customer"))
_GRANTED = select(Consent.channel, Consent.purpose).where(
    Consent.id.in_(_NEWEST.group_by(Consent.channel, Consent.purpose)), Consent.granted
)


async def suppress(session: AsyncSession, channel: str, address: str, *, reason: str, at: datetime) -> None:
    """Never contact this address again; the first reason is kept."""
    statement = insert_or_ignore(session, Suppression, conflict=["channel", "address"])
    await session.execute(statement.values(channel=channel, address=address.casefold(), reason=reason, at=at))


async def lift_suppression(session: AsyncSession, channel: str, address: str, *, reason: str) -> None:
    """Forgets a suppression that has this reason: who left by her own will may come back by it."""
    statement = delete(Suppression).where(Suppression.channel == channel, Suppression.address == address.casefold())
    await session.execute(statement.where(Suppression.reason == reason))


async def suppression_reason(session: AsyncSession, channel: str, address: str) -> str | None:
    """Why this address must not be contacted, or None."""
    statement = select(Suppression.reason).where(
        Suppression.channel == channel, Suppression.address == address.casefold()
    )
    return await session.scalar(statement)


async def newest_consent(session: AsyncSession, customer_id: int, *, channel: str, purpose: str) -> bool | None:
    """Whether the newest word of the customer on this is a yes; None where she never said a word."""
    said = select(Consent.granted).where(Consent.customer_id == customer_id)
    said = said.where(Consent.channel == channel, Consent.purpose == purpose)
    return await session.scalar(said.order_by(Consent.id.desc()).limit(1))
