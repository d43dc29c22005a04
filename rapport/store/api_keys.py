"""Keys of programs: shown once, kept as a hash, good for one scope until they are revoked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base

Scope = Literal["write", "api"]


class ApiKey(Base):
    """`scope`: write (the tracking API) or api (everything else); `key_hash` is its SHA-256 in hex."""

    __tablename__ = "api_keys"
    __table_args__ = (CheckConstraint("scope IN ('write', 'api')", name="scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[str] = mapped_column(String(16))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


async def add_api_key(session: AsyncSession, name: str, *, scope: Scope, key_hash: str, now: datetime) -> None:
    """A new key. Raises IntegrityError where the name is taken, by a revoked key too."""
    session.add(ApiKey(name=name, scope=scope, key_hash=key_hash, created_at=now))
    await session.flush()


async def api_key_of(session: AsyncSession, key_hash: str, *, scope: Scope) -> ApiKey | None:
    """The key with this hash that is good for `scope` and not revoked."""
    found = select(ApiKey).where(ApiKey.key_hash == key_hash, ApiKey.scope == scope, ApiKey.revoked_at.is_(None))
    return await session.scalar(found)


async def is_api_key_good(session: AsyncSession, name: str) -> bool:
    """Whether there is a key of this name that is not revoked."""
    good = select(ApiKey.id).where(ApiKey.name == name, ApiKey.revoked_at.is_(None))
    return (await session.scalar(good)) is not None


async def revoke_api_key(session: AsyncSession, name: str, *, now: datetime) -> bool:
    """The key opens nothing any more; False where there is no such key, or it was revoked before."""
    revoked = update(ApiKey).where(ApiKey.name == name, ApiKey.revoked_at.is_(None)).values(revoked_at=now)
    return (await session.scalar(revoked.returning(ApiKey.id))) is not None


async def all_api_keys(session: AsyncSession) -> Sequence[ApiKey]:
    """Every key there is or was, by name."""
    return (await session.scalars(select(ApiKey).order_by(ApiKey.name))).all()
