"""Who a row is about: customers by their identities, found or made, some hundreds at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.intake.inserting import insert_numbered, insert_rows
from rapport.store.customers import Customer, Identity, IdentityKind, normalise_identity

Named = tuple[IdentityKind, str]


class Sighting(NamedTuple):
    """A customer as a row shows her: the surest identity first, and when she was first seen."""

    identities: tuple[Named, ...]
    at: datetime
    country: str | None = None


async def known(session: AsyncSession, identities: Iterable[Named]) -> dict[Named, int]:
    """Identity (in its normal form) → customer id, of those somebody has."""
    wanted: dict[IdentityKind, set[str]] = {}
    for kind, value in identities:
        wanted.setdefault(kind, set()).add(normalise_identity(kind, value))
    found: dict[Named, int] = {}
    for kind, values in wanted.items():
        statement = select(Identity.value, Identity.customer_id).where(Identity.kind == kind)
        rows = await session.execute(statement.where(Identity.value.in_(sorted(values))))
        found.update({(kind, value): customer for value, customer in rows})
    return found


async def ensure(session: AsyncSession, sightings: Sequence[Sighting], *, now: datetime) -> tuple[list[int], int]:
    """The customer id of each sighting, and how many customers had to be made for it.

    A customer who was here already keeps what is known of her; only `registered_at` moves back to the first sighting.
    """
    normal = [tuple((kind, normalise_identity(kind, value)) for kind, value in seen.identities) for seen in sightings]
    owners = await known(session, (identity for identities in normal for identity in identities))
    fresh = _strangers(sightings, normal, owners)
    owners |= await _make(session, list(fresh.values()), now)
    ids = [next(owners[one] for one in identities if one in owners) for identities in normal]
    await _seen_earlier(session, dict(zip(ids, sightings, strict=True)), ids, sightings)
    return ids, len(fresh)


def _strangers(
    sightings: Sequence[Sighting], normal: Sequence[tuple[Named, ...]], owners: Mapping[Named, int]
) -> dict[Named, Sighting]:
    """Who is new, each once: by the shop's own number where a row has one, else by what such a row said."""
    fresh: dict[Named, Sighting] = {}
    surest: dict[Named, Named] = {}
    pairs = sorted(zip(normal, sightings, strict=True), key=lambda pair: pair[0][0][0] != "external_id")
    for identities, seen in pairs:
        if any(identity in owners for identity in identities):
            continue
        key = identities[0] if identities[0][0] == "external_id" else surest.get(identities[0], identities[0])
        for identity in identities:
            surest.setdefault(identity, key)
        earlier = fresh.get(key)
        if earlier is None:
            fresh[key] = seen._replace(identities=identities)
        elif seen.at < earlier.at:
            fresh[key] = earlier._replace(at=seen.at)
    return fresh


async def _make(session: AsyncSession, sightings: list[Sighting], now: datetime) -> Mapping[Named, int]:
    if not sightings:
        return {}
    rows = [{"name": "", "country": seen.country, "registered_at": seen.at} for seen in sightings]
    ids = await insert_numbered(session, Customer, rows)
    owners: dict[Named, int] = {}
    for customer, seen in zip(ids, sightings, strict=True):
        for identity in seen.identities:
            owners.setdefault(identity, customer)
    values = [
        {"customer_id": customer, "kind": kind, "value": value, "added_at": now}
        for (kind, value), customer in owners.items()
    ]
    await insert_rows(session, Identity, values)
    return owners


async def _seen_earlier(
    session: AsyncSession, by_id: Mapping[int, Sighting], ids: Sequence[int], sightings: Sequence[Sighting]
) -> None:
    first: dict[int, datetime] = {customer: seen.at for customer, seen in by_id.items()}
    for customer, seen in zip(ids, sightings, strict=True):
        first[customer] = min(first[customer], seen.at)
    rows = await session.execute(select(Customer.id, Customer.registered_at).where(Customer.id.in_(first)))
    late = [{"id": customer, "registered_at": first[customer]} for customer, at in rows if at > first[customer]]
    if late:
        await session.execute(update(Customer), late)
