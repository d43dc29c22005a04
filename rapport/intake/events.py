"""Event files: what customers did elsewhere, in the contract's names; what Rapport derives itself is refused."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.intake import people
from rapport.intake.event_names import OUTSIDE, outside_name
from rapport.intake.mapping import Mapping
from rapport.intake.reading import FieldError, Fields, need, take
from rapport.intake.report import Report
from rapport.intake.staging import Group, Staged
from rapport.intake.values import email, moment, phone, properties, text
from rapport.store.events import Event, EventRow, add_events


class EventImport:
    """Checks rows of event files, then records each event once. Nobody is written to: rules see live events only."""

    chunk = 1_000

    def __init__(self, mapping: Mapping, report: Report, *, now: datetime) -> None:
        self._mapping, self._report, self._now = mapping, report, now

    def check(self, fields: Fields) -> Staged:
        written = need(fields, "event", text, longest=64)
        name = outside_name(written)
        if name is None:
            right = f"one of {', '.join(sorted(OUTSIDE))}."
            raise FieldError("event", "unknown_event", f"{written!r} is no event from outside.", right)
        identities = [
            ("external_id", take(fields, "external_id", text, longest=320)),
            ("email", take(fields, "email", email)),
            ("phone", take(fields, "phone", phone)),
            ("anonymous", take(fields, "anonymous_id", text, longest=320)),
        ]
        named = [identity for identity in identities if identity[1]]
        if not named:
            right = "an external_id, an email, a phone or an anonymous_id."
            raise FieldError("", "missing_value", "the row names no customer.", right)
        at = need(fields, "at", moment, self._mapping.date_format, self._mapping.zone).isoformat()
        body = [name, at, named, take(fields, "properties", properties)]
        key = take(fields, "key", text, longest=120) or _natural_key(body)
        return Staged(0, key, body)

    async def write(self, session: AsyncSession, groups: list[Group]) -> None:
        """One chunk of events; rows with the same key are one event."""
        here = select(Event.key).where(Event.key.in_([_stored(group.key) for group in groups]))
        known = set(await session.scalars(here))
        new = [group for group in groups if _stored(group.key) not in known]
        self._report.know(sum(len(group.lines) for group in groups if _stored(group.key) in known))
        if not new:
            return
        sightings = [_sighting(group) for group in new]
        customers, made = await people.ensure(session, sightings, now=self._now)
        await add_events(session, [self._row(group, who) for group, who in zip(new, customers, strict=True)])
        self._report.created.update(events=len(new), customers=made)
        for group in new:
            self._report.take(1, merged=len(group.lines) - 1)

    def _row(self, group: Group, customer: int) -> EventRow:
        name, at, _, about = group.bodies[0]
        return EventRow(name, customer, datetime.fromisoformat(at), self._now, about, _stored(group.key))


def _sighting(group: Group) -> people.Sighting:
    _, at, named, _ = group.bodies[0]
    return people.Sighting(tuple((kind, value) for kind, value in named), datetime.fromisoformat(at))


def _stored(key: str) -> str:
    # Apart from the keys of other doors: a file must not be able to forestall an event to come.
    return f"import:{key}"


def _natural_key(body: list[object]) -> str:
    """The same customer, moment, name and properties are the same event."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
