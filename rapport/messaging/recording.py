"""Writes endings down, with all that follows from them: events, and addresses never to write to again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.messaging.leaving import BLOCKED, TELEGRAM, leave_telegram
from rapport.store.consents import suppress
from rapport.store.deliveries import Ending, end_deliveries
from rapport.store.events import EventRow, add_events

EVENTS = {"sent": "message_sent", "failed": "message_failed", "suppressed": "message_suppressed"}


@dataclass(frozen=True, slots=True)
class Result:
    """An ending, and the address that turned out to be dead, if one did."""

    ending: Ending
    dead_address: str | None = None


async def record(session: AsyncSession, results: Sequence[Result], *, now: datetime) -> None:
    """Writes what is still ours to write; results of a claim that was lost leave no trace."""
    written = {id(ending) for ending in await end_deliveries(session, [one.ending for one in results], now=now)}
    ours = [result for result in results if id(result.ending) in written]
    await add_events(session, [event for result in ours for event in _events(result, now)])
    for result in ours:
        if result.dead_address is not None:
            await _give_up(session, result.ending.claim.message.channel, result.dead_address, now)


async def _give_up(session: AsyncSession, channel: str, address: str, now: datetime) -> None:
    """A dead mailbox is nobody's word; who blocks the bot has said it."""
    if channel == TELEGRAM:
        await leave_telegram(session, address, reason=BLOCKED, source="bot_blocked", at=now)
    else:
        await suppress(session, channel, address, reason="bounced", at=now)


def _events(result: Result, now: datetime) -> list[EventRow]:
    names = [EVENTS[result.ending.state]] if result.ending.state in EVENTS else []
    if result.dead_address is not None:
        names.append("message_bounced")
    return [_event(name, result.ending, now) for name in names]


def _event(name: str, ending: Ending, now: datetime) -> EventRow:
    message = ending.claim.message
    properties = {
        "message": message.id,
        "channel": message.channel,
        "purpose": message.purpose,
        "template": message.template,
        "variant": message.variant,
        "rule": message.rule,
    }
    if ending.reason:
        properties["reason"] = ending.reason
    return EventRow(
        name=name,
        customer_id=message.customer_id,
        at=now,
        received_at=now,
        properties=properties,
        key=f"{name}:{message.id}",
        conversation_id=message.conversation_id,
    )
