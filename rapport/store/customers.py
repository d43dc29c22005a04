"""Customers and the identities by which they are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base
from rapport.store.database import insert_or_ignore

IdentityKind = Literal["external_id", "email", "phone", "telegram", "anonymous"]


class Customer(Base):
    """A person the shop knows, however she is called where."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str | None] = mapped_column(String(8))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    country: Mapped[str | None] = mapped_column(String(64))
    registered_at: Mapped[datetime]


class Identity(Base):
    """One way to recognise a customer; a value of a kind belongs to one customer only."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("kind", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(320))
    added_at: Mapped[datetime]


class CustomerTag(Base):
    """A word a rule or a member of staff put on a customer."""

    __tablename__ = "customer_tags"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(64), primary_key=True)
    added_at: Mapped[datetime]


def normalise_identity(kind: IdentityKind, value: str) -> str:
    """The form in which two spellings of one identity are equal (addresses without case)."""
    value = value.strip()
    if kind == "email":
        return value.casefold()
    if kind == "phone":
        return "".join(character for character in value if character.isdigit() or character == "+")
    return value


async def find_customer(session: AsyncSession, kind: IdentityKind, value: str) -> Customer | None:
    """The customer known by this identity, if any."""
    identity = select(Identity.customer_id).where(
        Identity.kind == kind, Identity.value == normalise_identity(kind, value)
    )
    return await session.scalar(select(Customer).where(Customer.id == identity.scalar_subquery()))


async def add_customer(
    session: AsyncSession,
    identities: Mapping[IdentityKind, str],
    *,
    now: datetime,
    name: str = "",
    language: str | None = None,
    time_zone: str | None = None,
) -> Customer:
    """A new customer known by `identities`. Raises IntegrityError where one is taken."""
    customer = Customer(name=name, language=language, time_zone=time_zone, registered_at=now)
    session.add(customer)
    await session.flush()
    for kind, value in identities.items():
        session.add(Identity(customer_id=customer.id, kind=kind, value=normalise_identity(kind, value), added_at=now))
    await session.flush()
    return customer


async def identities_of(session: AsyncSession, customer_id: int) -> dict[str, str]:
    """The customer's identities by kind; of several of one kind the one added last."""
    rows = await session.execute(
        select(Identity.kind, Identity.value).where(Identity.customer_id == customer_id).order_by(Identity.id)
    )
    return dict(rows.all())


async def customers_by_id(session: AsyncSession, ids: Iterable[int]) -> dict[int, Customer]:
    """The customers of these ids that exist, by id."""
    rows = await session.scalars(select(Customer).where(Customer.id.in_(list(ids))))
    return {customer.id: customer for customer in rows}


async def addresses_by_customer(session: AsyncSession, ids: Iterable[int], kind: IdentityKind) -> dict[int, str]:
    """For each of these customers who has one, the identity of this kind that was added last."""
    statement = select(Identity.customer_id, Identity.value).where(Identity.customer_id.in_(list(ids)))
    rows = await session.execute(statement.where(Identity.kind == kind).order_by(Identity.id))
    return {row[0]: row[1] for row in rows}


async def identity_values(session: AsyncSession, customer_id: int, kind: IdentityKind) -> list[str]:
    """All the customer's identities of one kind, in the form of `normalise_identity`."""
    statement = select(Identity.value).where(Identity.customer_id == customer_id, Identity.kind == kind)
    return list(await session.scalars(statement.order_by(Identity.id)))


async def tags_of(session: AsyncSession, customer_id: int) -> frozenset[str]:
    """Every tag on the customer."""
    rows = await session.scalars(select(CustomerTag.tag).where(CustomerTag.customer_id == customer_id))
    return frozenset(rows)


async def add_tag(session: AsyncSession, customer_id: int, tag: str, *, now: datetime) -> None:
    """Puts a tag on the customer; a second time changes nothing."""
    statement = insert_or_ignore(session, CustomerTag, conflict=["customer_id", "tag"])
    await session.execute(statement.values(customer_id=customer_id, tag=tag, added_at=now))
