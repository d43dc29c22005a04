"""Claims on the outbox: leased in batches, each write guarded by the fence of its claim."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.messages import Delivery, Message

EndState = Literal["sent", "failed", "suppressed", "unknown", "retried", "due"]
FINAL = frozenset({"sent", "failed", "suppressed", "unknown"})


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery one worker may work on, for as long as the row still has this `fence`."""

    delivery_id: int
    attempt: int
    fence: int
    message: Message


@dataclass(frozen=True, slots=True)
class Departure:
    """What is about to leave for `address`, with the links it may redirect to."""

    claim: Claim
    address: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended. `retried` asks for another one at `again_at`; `due` gives this one back until then."""

    claim: Claim
    state: EndState
    reason: str = ""
    code: int | None = None
    again_at: datetime | None = None


async def claim_due(
    session: AsyncSession, channel: str, *, worker: str, now: datetime, until: datetime, limit: int
) -> list[Claim]:
    """Leases up to `limit` deliveries of this channel that are due, oldest first, until `until`.

    A claim whose lease ran out before its mail was begun is due again.
    """
    of_channel = Delivery.channel == channel
    lost = update(Delivery).where(of_channel, Delivery.state == "claimed", Delivery.leased_until < now)
    await session.execute(_quietly(lost).values(state="due", worker=None, leased_until=None))
    due = select(Delivery.id).where(of_channel, Delivery.state == "due", Delivery.due_at <= now)
    due = due.order_by(Delivery.due_at, Delivery.id).limit(limit)
    return await _lease(session, due, state="claimed", worker=worker, until=until)


async def claim_interrupted(
    session: AsyncSession, channel: str, *, worker: str, now: datetime, until: datetime, limit: int
) -> list[Claim]:
    """Leases deliveries of this channel that a worker began and never came back from: nobody knows how they ended."""
    lost = select(Delivery.id).where(Delivery.channel == channel, Delivery.state == "sending")
    lost = lost.where(Delivery.leased_until < now).limit(limit)
    return await _lease(session, lost, state="sending", worker=worker, until=until)


async def mark_sending(session: AsyncSession, departures: Sequence[Departure]) -> frozenset[int]:
    """Notes, before their first byte leaves, that these are being sent; the numbers of those still ours."""
    held = await _held(session, [departure.claim for departure in departures])
    mine = [departure for departure in departures if departure.claim.delivery_id in held]
    if mine:
        await session.execute(update(Delivery), [_sending(departure) for departure in mine])
        await session.execute(
            update(Message), [{"id": one.claim.message.id, "links": list(one.links)} for one in mine]
        )
    return held


async def renew_leases(session: AsyncSession, claims: Sequence[Claim], *, until: datetime) -> None:
    """Holds on, until `until`, to what is still ours of these and not ended."""
    held = await _held(session, claims)
    busy = update(Delivery).where(Delivery.id.in_(held), Delivery.state.in_(("claimed", "sending")))
    await session.execute(_quietly(busy).values(leased_until=until))


async def end_deliveries(session: AsyncSession, endings: Sequence[Ending], *, now: datetime) -> list[Ending]:
    """Writes how attempts ended and what becomes of their messages; returns those that were still ours to write."""
    held = await _held(session, [ending.claim for ending in endings])
    mine = [ending for ending in endings if ending.claim.delivery_id in held]
    if mine:
        await session.execute(update(Delivery), [_ended(ending, now) for ending in mine])
        session.add_all(_next_attempt(ending) for ending in mine if ending.state == "retried")
        await session.flush()
        await _end_messages(session, [ending for ending in mine if ending.state in FINAL], now)
    return mine


async def _lease(
    session: AsyncSession, wanted: Select[int], *, state: str, worker: str, until: datetime
) -> list[Claim]:
    # SQLite has no row locks and leaves the clause out: its transaction holds the one write lock from its start.
    ids = list(await session.scalars(wanted.with_for_update(skip_locked=True)))
    if not ids:
        return []
    lease = _quietly(update(Delivery).where(Delivery.id.in_(ids)))
    await session.execute(lease.values(state=state, worker=worker, leased_until=until, fence=Delivery.fence + 1))
    rows = await session.execute(
        select(Delivery.id, Delivery.attempt, Delivery.fence, Message)
        .join(Message, Message.id == Delivery.message_id)
        .where(Delivery.id.in_(ids))
        .order_by(Delivery.due_at, Delivery.id)
    )
    return [Claim(*row) for row in rows]


async def _held(session: AsyncSession, claims: Sequence[Claim]) -> frozenset[int]:
    """The deliveries nobody has claimed since; locked until this transaction ends."""
    fences = {claim.delivery_id: claim.fence for claim in claims}
    rows = select(Delivery.id, Delivery.fence).where(Delivery.id.in_(fences), Delivery.ended_at.is_(None))
    found = await session.execute(rows.order_by(Delivery.id).with_for_update())
    return frozenset(number for number, fence in found if fence == fences[number])


def _quietly(statement: Update) -> Update:
    return statement.execution_options(synchronize_session=False)


def _sending(departure: Departure) -> dict[str, Any]:
    return {"id": departure.claim.delivery_id, "state": "sending", "address": departure.address}


def _ended(ending: Ending, now: datetime) -> dict[str, Any]:
    given_back = ending.state == "due"
    return {
        "id": ending.claim.delivery_id,
        "state": ending.state,
        "reason": ending.reason[:500],
        "code": ending.code,
        "worker": None,
        "leased_until": None,
        "ended_at": None if given_back else now,
    } | ({"due_at": ending.again_at} if given_back else {})


def _next_attempt(ending: Ending) -> Delivery:
    assert ending.again_at is not None  # noqa: S101  who retries says when
    message, attempt = ending.claim.message, ending.claim.attempt + 1
    return Delivery(message_id=message.id, channel=message.channel, attempt=attempt, due_at=ending.again_at)


async def _end_messages(session: AsyncSession, endings: Sequence[Ending], now: datetime) -> None:
    alike: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for ending in endings:
        alike[ending.state, ending.reason[:200]].append(ending.claim.message.id)
    for (state, reason), ids in alike.items():
        these = _quietly(update(Message).where(Message.id.in_(ids)))
        if state == "sent":
            await session.execute(these.values(state=state, reason=reason, sent_at=now))
        else:
            # What was cancelled meanwhile keeps that as its reason.
            await session.execute(these.where(Message.state == "queued").values(state=state, reason=reason))
