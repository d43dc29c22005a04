"""Queues a rule's message by the first channel that may be used, or notes why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.marketing.contact_policy import Outgoing, allowed, look_again_at
from rapport.marketing.decide import Decision
from rapport.marketing.effect import SendMessage
from rapport.marketing.occasion import Applied, Occasion
from rapport.marketing.vocabulary import Reason
from rapport.store.events import add_event
from rapport.store.messages import queue_message


async def send(session: AsyncSession, effect: SendMessage, decision: Decision, occasion: Occasion) -> Applied:
    """One message into the outbox, with its event; a message of this occasion that is there already stays one."""
    customer_id, rule = occasion.profile.customer_id, decision.rule
    if customer_id is None:
        return Applied()
    key = f"{customer_id}:{rule.version}:{effect.step}:{occasion.id}"
    channel, due_at, reason = choose(effect, rule.purpose, occasion)
    facts = {"rule": rule.name, "rule_version": rule.version, "purpose": rule.purpose, "channel": channel}
    facts |= {"template": effect.template, "variant": decision.variant}
    if reason is not None:
        await _note(session, "message_suppressed", key, {**facts, "reason": reason}, occasion=occasion)
        return Applied(suppressed=(reason,))
    message = await queue_message(
        session,
        key=key,
        customer_id=customer_id,
        language=occasion.profile.language,
        context=occasion.context,
        now=occasion.now,
        due_at=due_at,
        conversation_id=occasion.conversation_id,
        expires_at=occasion.now + occasion.policy.expires_after,
        **facts,
    )
    if message is None:
        return Applied()
    await _note(session, "message_queued", key, {**facts, "message_id": message.id}, occasion=occasion)
    return Applied(messages=(message.id,))


async def _note(session: AsyncSession, name: str, key: str, facts: Mapping[str, Any], *, occasion: Occasion) -> None:
    await add_event(
        session,
        name,
        customer_id=occasion.profile.customer_id,
        at=occasion.now,
        properties=facts,
        conversation_id=occasion.conversation_id,
        key=f"{name}:{key}",
    )


def choose(effect: SendMessage, purpose: str, occasion: Occasion) -> tuple[str, datetime, Reason | None]:
    """The channel, when to send by it, and why not if by none: a channel open now goes before one open later.

    Quiet hours and a conversation with a person postpone; a message that would expire meanwhile is not queued.
    """
    now, profile, policy = occasion.now, occasion.profile, occasion.policy
    reasons = {each: allowed(profile, Outgoing(each, purpose), now, policy) for each in effect.channels}
    for channel, reason in reasons.items():
        if reason is None:
            return channel, now, None
    for channel, reason in reasons.items():
        again_at = look_again_at(reason, profile, now, policy) if reason else None
        if again_at is not None and again_at < now + policy.expires_after:
            return channel, again_at, None
    # Why not by a channel she has says more than that she has not got the others.
    told = next((each for each, reason in reasons.items() if reason != "no_channel"), effect.channels[0])
    return told, now, reasons[told]
