"""Whether a customer may be written to now, and if not, why: asked at queueing and again before sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapport.marketing.profile import PastMessage, Profile
from rapport.marketing.vocabulary import TRANSACTIONAL, Reason

# An address that left a list may still be told about its order; one that bounced or complained may not.
LEFT = frozenset({"unsubscribed"})
LOOK_AGAIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class ContactPolicy:
    """What the shop has set in `contact-policy.yml`. Quiet hours are the customer's; equal ends mean none.

    `caps` is channel → messages per calendar day of the customer; `expires_after` counts from queueing.
    """

    quiet_from: time = time(21)
    quiet_to: time = time(9)
    caps: Mapping[str, int] = field(default_factory=dict)
    expires_after: timedelta = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as far as the policy goes. `id` is None before it is queued."""

    channel: str
    purpose: str
    id: int | None = None
    expires_at: datetime | None = None


def allowed(profile: Profile, outgoing: Outgoing, now: datetime, policy: ContactPolicy) -> Reason | None:
    """None where the message may leave now, else the first reason why not."""
    if outgoing.expires_at is not None and now >= outgoing.expires_at:
        return "expired"
    if outgoing.channel not in profile.addresses:
        return "no_channel"
    transactional = outgoing.purpose in TRANSACTIONAL
    suppression = profile.suppressions.get(outgoing.channel)
    if suppression is not None and not (transactional and suppression in LEFT):
        return "suppressed"
    return None if transactional else _marketing(profile, outgoing, now, policy)


def _marketing(profile: Profile, outgoing: Outgoing, now: datetime, policy: ContactPolicy) -> Reason | None:
    if (outgoing.channel, outgoing.purpose) not in profile.consents:
        return "no_consent"
    if profile.responder in ("queue", "agent"):
        return "with_agent"
    if _is_quiet(_local(profile, now), policy):
        return "quiet_hours"
    return "capped" if _is_capped(profile, outgoing, now, policy) else None


def look_again_at(reason: Reason, profile: Profile, now: datetime, policy: ContactPolicy) -> datetime | None:
    """When a message held back for `reason` may be asked about again; None where it never will be allowed."""
    if reason == "with_agent":
        return now + LOOK_AGAIN
    return quiet_until(profile, now, policy) if reason == "quiet_hours" else None


def quiet_until(profile: Profile, now: datetime, policy: ContactPolicy) -> datetime:
    """The end of the customer's quiet hours, or `now` where there are none."""
    local = _local(profile, now)
    if not _is_quiet(local, policy):
        return now
    day = local.date() + timedelta(days=0 if local.time() < policy.quiet_to else 1)
    # An hour that the clocks jump over or repeat is read as its first reading: never earlier than the end.
    return max(now, datetime.combine(day, policy.quiet_to, local.tzinfo).astimezone(UTC))


def time_zone(name: str) -> ZoneInfo:
    """The zone of this name; UTC for one that does not exist."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _local(profile: Profile, moment: datetime) -> datetime:
    return moment.astimezone(time_zone(profile.time_zone))


def _is_quiet(local: datetime, policy: ContactPolicy) -> bool:
    start, end, clock = policy.quiet_from, policy.quiet_to, local.time()
    return start <= clock < end if start <= end else clock >= start or clock < end


def _is_capped(profile: Profile, outgoing: Outgoing, now: datetime, policy: ContactPolicy) -> bool:
    cap = policy.caps.get(outgoing.channel)
    if cap is None:
        return False
    today = _local(profile, now).date()

    def counts(past: PastMessage) -> bool:
        # A message asked about before it is sent stands aside for what was sent, not for what also waits.
        rival = past.sent or outgoing.id is None
        same = past.channel == outgoing.channel and past.purpose not in TRANSACTIONAL
        return same and rival and past.id != outgoing.id and _local(profile, past.at).date() == today

    return sum(map(counts, profile.messages)) >= cap
