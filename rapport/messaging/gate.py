"""Whether a message may still be sent: asked again when it is claimed, for much may have happened since."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.marketing.contact_policy import ContactPolicy, Outgoing, allowed, look_again_at
from rapport.marketing.profile import Standing
from rapport.marketing.profiles import Home, build
from rapport.store.messages import Message


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not now, with the reason; with `again_at` it is only a matter of time, without it for good."""

    reason: str
    again_at: datetime | None = None


Gate = Callable[[AsyncSession, Message, datetime], Awaitable[Refusal | None]]


def contact_gate(policy: Callable[[], ContactPolicy], home: Home) -> Gate:
    """The gate that asks the contact policy, as it is then, about the customer, as she is then.

    No model is asked: consent, addresses, caps, quiet hours and conversations are facts.
    """

    async def gate(session: AsyncSession, message: Message, now: datetime) -> Refusal | None:
        try:
            profile = await build(session, message.customer_id, now=now, standing=Standing(), home=home)
        except NoResultFound:
            return Refusal("cancelled")
        outgoing = Outgoing(message.channel, message.purpose, message.id, message.expires_at)
        reason = allowed(profile, outgoing, now, policy())
        return None if reason is None else Refusal(reason, look_again_at(reason, profile, now, policy()))

    return gate
