"""Customer files: the same external id, e-mail or telephone is the same customer, and a contradiction is reported."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.intake import people
from rapport.intake.identity import merge
from rapport.intake.mapping import Mapping
from rapport.intake.reading import FieldError, Fields, take
from rapport.intake.report import Report
from rapport.intake.staging import Group, Staged
from rapport.intake.tables import is_empty
from rapport.intake.values import email, language, moment, phone, text, time_zone
from rapport.store.customers import Customer, Identity, IdentityKind, add_customer, normalise_identity

ABOUT = ("name", "language", "time_zone", "country")


class CustomerImport:
    """Checks rows of customer files, then finds, makes, fills in and merges customers."""

    chunk = 500

    def __init__(self, mapping: Mapping, report: Report, *, now: datetime) -> None:
        self._mapping, self._report, self._now = mapping, report, now

    def check(self, fields: Fields) -> Staged:
        identities = {
            "external_id": take(fields, "external_id", text, longest=320),
            "email": take(fields, "email", email),
            "phone": take(fields, "phone", phone),
        }
        if not any(identities.values()):
            right = "an external_id, an email or a phone."
            raise FieldError("", "missing_value", "the row names no customer.", right)
        about = {
            "name": take(fields, "name", text, longest=200),
            "language": take(fields, "language", language) or self._mapping.language,
            "time_zone": take(fields, "time_zone", time_zone),
            "country": take(fields, "country", text, longest=64),
        }
        how = (self._mapping.date_format, self._mapping.zone)
        at = None if is_empty(fields.get("registered_at")) else take(fields, "registered_at", moment, *how)
        return Staged(0, "", [identities, about, at.isoformat() if at else None])

    async def write(self, session: AsyncSession, groups: list[Group]) -> None:
        """One chunk of rows, in the order of the file."""
        for group in groups:
            for line, body in zip(group.lines, group.bodies, strict=True):
                await self._write_one(session, _person(line, body))

    async def _write_one(self, session: AsyncSession, person: _Person) -> None:
        owners = await people.known(session, person.identities.items())
        ids = sorted(set(owners.values()))
        if contradiction := await self._contradiction(session, ids, person):
            self._report.refuse_all([person.line], column="", reason="identity_conflict", detail=contradiction)
        elif ids:
            await self._join(session, ids, person)
        else:
            customer = await add_customer(session, person.identities, now=person.registered_at or self._now)
            _fill(customer, person)
            await session.flush()
            self._report.created.update(customers=1)
            self._report.take(1)

    async def _contradiction(self, session: AsyncSession, ids: list[int], person: _Person) -> str:
        """Two numbers of the shop for one person: an address they share may be a household's."""
        statement = select(Identity.value).where(Identity.customer_id.in_(ids), Identity.kind == "external_id")
        numbers = set(await session.scalars(statement))
        if "external_id" in person.identities:
            numbers.add(normalise_identity("external_id", person.identities["external_id"]))
        if len(numbers) < 2:
            return ""
        return f"its e-mail, telephone and number belong to different customers: {', '.join(sorted(numbers))}."

    async def _join(self, session: AsyncSession, ids: list[int], person: _Person) -> None:
        """The row's identities were known: of one customer, or of several who turn out to be one."""
        for other in ids[1:]:
            await merge(session, ids[0], other, self._now)
        customer = await session.get_one(Customer, ids[0])
        changed = await self._enrich(session, customer, person)
        self._report.updated.update(customers=int(changed), customers_merged=len(ids) - 1)
        if changed or len(ids) > 1:
            self._report.take(0, merged=1)
        else:
            self._report.know(1)

    async def _enrich(self, session: AsyncSession, customer: Customer, person: _Person) -> bool:
        """Adds what the file knows more; what it says wins over what was there. True if anything changed."""
        changed = _fill(customer, person)
        here = await people.known(session, person.identities.items())
        for kind, value in person.identities.items():
            normal = normalise_identity(kind, value)
            if (kind, normal) not in here:
                session.add(Identity(customer_id=customer.id, kind=kind, value=normal, added_at=self._now))
                changed = True
        await session.flush()
        return changed


class _Person(NamedTuple):
    """A row of the file: who, and what it says of her."""

    line: int
    identities: dict[IdentityKind, str]
    about: dict[str, str]
    registered_at: datetime | None


def _person(line: int, body: list[Any]) -> _Person:
    identities, about, at = body
    named = {kind: value for kind, value in identities.items() if value}
    return _Person(line, named, about, datetime.fromisoformat(at) if at else None)


def _fill(customer: Customer, person: _Person) -> bool:
    changed = False
    for field in ABOUT:
        if person.about[field] and getattr(customer, field) != person.about[field]:
            setattr(customer, field, person.about[field])
            changed = True
    if person.registered_at and person.registered_at < customer.registered_at:
        customer.registered_at, changed = person.registered_at, True
    return changed
