"""Rule versions as they were applied, and each customer's way through one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base
from rapport.store.database import insert_or_ignore, insert_or_replace

EnrolmentState = Literal["waiting", "done", "exited"]


class RuleVersion(Base):
    """The text of a rule as it once was in force; `version` is the hash of it, so it never changes."""

    __tablename__ = "rule_versions"

    version: Mapped[str] = mapped_column(String(64), primary_key=True)
    rule: Mapped[str] = mapped_column(String(64), index=True)
    source: Mapped[str] = mapped_column(Text)
    file: Mapped[str] = mapped_column(String(200))
    applied_at: Mapped[datetime]


class Enrolment(Base):
    """A customer's way through a rule that takes time, pinned to the version it began with.

    `occurrence` names what set it off (an event's id), so that it is begun once. `state`: waiting, done, exited.
    """

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("rule_version", "customer_id", "occurrence"),
        Index("ix_enrolments_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_version: Mapped[str] = mapped_column(ForeignKey("rule_versions.version"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)
    occurrence: Mapped[str] = mapped_column(String(64))
    step: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    reason: Mapped[str] = mapped_column(String(64), default="")
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    began_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A rule's text, and the name of the file it stood in."""

    version: str
    rule: str
    source: str
    file: str


@dataclass(frozen=True, slots=True)
class NewEnrolment:
    """What begins a customer's way through a rule; `ended` with its reason if it is over at once."""

    rule_version: str
    customer_id: int
    occurrence: str
    began_at: datetime
    due_at: datetime
    step: int = 0
    context: Mapping[str, Any] = field(default_factory=dict)
    state: EnrolmentState = "waiting"
    reason: str = ""


async def keep_versions(session: AsyncSession, versions: Iterable[KeptVersion], *, now: datetime) -> None:
    """Keeps the rule versions that are in force; of a text that is there already only when it was, and where."""
    values = [_version_row(one, now) for one in sorted(versions, key=lambda one: one.version)]
    if values:
        await session.execute(insert_or_replace(session, RuleVersion, conflict=["version"]).values(values))


async def keep_version(session: AsyncSession, version: KeptVersion, *, now: datetime) -> None:
    """Keeps one version if it is not there; holds up nobody else who needs it."""
    insert = insert_or_ignore(session, RuleVersion, conflict=["version"])
    await session.execute(insert.values(_version_row(version, now)))


def _version_row(version: KeptVersion, now: datetime) -> dict[str, Any]:
    row = {"version": version.version, "rule": version.rule, "source": version.source, "file": version.file}
    return {**row, "applied_at": now}


async def last_versions(session: AsyncSession) -> list[RuleVersion]:
    """Of each file the versions that were in force last."""
    newest = select(RuleVersion.file, func.max(RuleVersion.applied_at).label("at")).group_by(RuleVersion.file)
    last = newest.subquery()
    in_force = (last.c.file == RuleVersion.file) & (last.c.at == RuleVersion.applied_at)
    return list(await session.scalars(select(RuleVersion).join(last, in_force).order_by(RuleVersion.rule)))


async def enrol(session: AsyncSession, enrolment: NewEnrolment) -> bool:
    """Begins a customer's way through a rule; False when this occurrence has begun it already."""
    ended_at = None if enrolment.state == "waiting" else enrolment.began_at
    values = {
        "rule_version": enrolment.rule_version,
        "customer_id": enrolment.customer_id,
        "occurrence": enrolment.occurrence,
        "step": enrolment.step,
        "state": enrolment.state,
        "reason": enrolment.reason,
        "context": dict(enrolment.context),
        "began_at": enrolment.began_at,
        "due_at": enrolment.due_at,
        "ended_at": ended_at,
    }
    forget_awaited(session, enrolment.customer_id)
    statement = insert_or_ignore(session, Enrolment, conflict=["rule_version", "customer_id", "occurrence"])
    return (await session.scalar(statement.values(**values).returning(Enrolment.id))) is not None


async def due_enrolments(session: AsyncSession, *, now: datetime, limit: int) -> list[Enrolment]:
    """Who must be brought a step further, longest due first; those another worker has in hand are left to it."""
    statement = select(Enrolment).where(Enrolment.state == "waiting", Enrolment.due_at <= now)
    statement = statement.order_by(Enrolment.due_at, Enrolment.id).limit(limit)
    return list(await session.scalars(statement.with_for_update(skip_locked=True)))


async def enrolments_awaiting(session: AsyncSession, customer_id: int, name: str) -> list[Enrolment]:
    """The rules this customer waits in for an event of this name, but for those a worker has in hand just now.

    A chat turn brings several events about: what she waits for is read once in a transaction.
    """
    awaited = session.info.setdefault(AWAITED, {})
    if name not in awaited.get(customer_id, (name,)):
        return []
    waiting = list(await session.scalars(_WAITING, {"customer": customer_id}))
    awaited[customer_id] = {event for enrolment in waiting for event in enrolment.context.get("awaits", ())}
    return [enrolment for enrolment in waiting if name in enrolment.context.get("awaits", ())]


def forget_awaited(session: AsyncSession, customer_id: int) -> None:
    """For who has just changed what this customer waits for."""
    session.info.get(AWAITED, {}).pop(customer_id, None)


AWAITED = "the events a customer waits for"
_WAITING = (
    select(Enrolment)
    .where(Enrolment.customer_id == bindparam("customer"), Enrolment.state == "waiting")
    .order_by(Enrolment.id)
    .with_for_update(skip_locked=True)
)
