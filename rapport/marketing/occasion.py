"""On which occasion a decision is carried out, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rapport.marketing.contact_policy import ContactPolicy
from rapport.marketing.effect import Reply
from rapport.marketing.profile import NewEvent, Profile

# What a message takes along from the event that set its rule off.
CARRIED = ("products", "because")


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who, when, and what set it off. `id` is the same however often it is told of, so that nothing is done twice.

    `new_code` makes the code of a coupon.
    """

    profile: Profile
    id: str
    now: datetime
    policy: ContactPolicy
    new_code: Callable[[], str]
    context: Mapping[str, Any] = field(default_factory=dict)
    conversation_id: str | None = None


@dataclass(frozen=True, slots=True)
class GivenCoupon:
    """A discount the customer has now, whether new or kept."""

    code: str
    percent: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done: words to say now, coupons given, messages queued (their numbers) or not (the reasons why)."""

    replies: tuple[Reply, ...] = ()
    coupons: tuple[GivenCoupon, ...] = ()
    messages: tuple[int, ...] = ()
    suppressed: tuple[str, ...] = ()
    handed_off: bool = False
    waits: int = 0

    def __add__(self, other: Applied) -> Applied:
        return Applied(
            self.replies + other.replies,
            self.coupons + other.coupons,
            self.messages + other.messages,
            self.suppressed + other.suppressed,
            self.handed_off or other.handed_off,
            self.waits + other.waits,
        )


def context_of(event: NewEvent) -> dict[str, Any]:
    """What a message or an enrolment keeps of the event that set it off."""
    carried = {name: event.properties[name] for name in CARRIED if name in event.properties}
    return carried | {"asked_at": event.at.isoformat()}
