"""What readers do with a message: open it, click, unsubscribe, choose, confirm. Each becomes an event, once."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.marketing.vocabulary import TRANSACTIONAL
from rapport.messaging.actors import Visit, judge
from rapport.messaging.context import Confirmation, read_context
from rapport.messaging.errors import MessagingError, RenderError
from rapport.messaging.wording import MARKETING_PURPOSES
from rapport.store.consents import consents_of, lift_suppression, newest_consent, record_consent
from rapport.store.customers import identities_of
from rapport.store.events import add_event
from rapport.store.messages import Message


class NothingToConfirmError(MessagingError):
    """This message did not ask for a confirmation."""


async def record_open(session: AsyncSession, message: Message, visit: Visit) -> None:
    """Notes that the mail was shown: once for each kind of viewer."""
    await _record_visit(session, "message_opened", message, visit)


async def record_click(session: AsyncSession, message: Message, link: int, visit: Visit) -> None:
    """Notes that a link of the message was followed: once for each kind of viewer."""
    await _record_visit(session, "message_clicked", message, visit, link=link, url=message.links[link])


async def unsubscribe(session: AsyncSession, message: Message, visit: Visit) -> None:
    """Withdraws consent for the message's channel and purpose. A second time changes nothing.

    What is queued meets the withdrawal at the gate before it leaves.
    """
    if await newest_consent(session, message.customer_id, channel=message.channel, purpose=message.purpose) is False:
        return
    await _consent(session, message, message.purpose, granted=False, visit=visit, source="unsubscribe_link")
    properties = _properties(message)
    await add_event(session, "unsubscribed", customer_id=message.customer_id, at=visit.at, properties=properties)


async def offered_purposes(session: AsyncSession, message: Message) -> dict[str, bool]:
    """The purposes a reader may choose on this message's channel, and whether each is granted."""
    granted = {
        purpose for channel, purpose in await consents_of(session, message.customer_id) if channel == message.channel
    }
    others = sorted((granted | {message.purpose}) - {*MARKETING_PURPOSES} - TRANSACTIONAL)
    return {purpose: purpose in granted for purpose in (*MARKETING_PURPOSES, *others)}


async def choose(session: AsyncSession, message: Message, wanted: Set[str], visit: Visit) -> None:
    """Grants what is wanted of the offered purposes and withdraws the rest, where that is a change."""
    for purpose, granted in (await offered_purposes(session, message)).items():
        if granted != (purpose in wanted):
            await _consent(session, message, purpose, granted=not granted, visit=visit, source="preferences_page")


def asked_for(message: Message) -> Confirmation:
    """The consent this message asked to be confirmed. Raises NothingToConfirmError."""
    try:
        asked = read_context(message.context).confirm
    except RenderError:
        asked = None
    if asked is None:
        raise NothingToConfirmError(NothingToConfirmError.__doc__)
    return asked


async def confirm(session: AsyncSession, message: Message, visit: Visit) -> None:
    """Grants what a double opt-in asked for. Raises NothingToConfirmError."""
    asked = asked_for(message)
    if address := (await identities_of(session, message.customer_id)).get(asked.channel):
        # Who left without logging in was suppressed by her address; it is she who confirms at it now.
        await lift_suppression(session, asked.channel, address, reason="unsubscribed")
    if await newest_consent(session, message.customer_id, channel=asked.channel, purpose=asked.purpose) is not True:
        await _consent(
            session, message, asked.purpose, granted=True, visit=visit, source="double_opt_in", channel=asked.channel
        )


async def _record_visit(session: AsyncSession, name: str, message: Message, visit: Visit, **more: Any) -> None:
    judgement = judge(visit, message.sent_at)
    what = f"{name}:{message.id}:{more['link']}" if "link" in more else f"{name}:{message.id}"
    await add_event(
        session,
        name,
        customer_id=message.customer_id,
        at=visit.at,
        properties=_properties(message) | more | {"actor": judgement.actor, "why": judgement.why},
        conversation_id=message.conversation_id,
        key=f"{what}:{judgement.actor}",
    )


async def _consent(
    session: AsyncSession,
    message: Message,
    purpose: str,
    *,
    granted: bool,
    visit: Visit,
    source: str,
    channel: str | None = None,
) -> None:
    evidence = f"button of the page linked to from {message.message_id}"
    channel = channel or message.channel
    await record_consent(
        session,
        message.customer_id,
        channel=channel,
        purpose=purpose,
        granted=granted,
        at=visit.at,
        source=source,
        evidence=evidence,
    )
    properties = _properties(message) | {"channel": channel, "purpose": purpose, "source": source}
    name = "consent_granted" if granted else "consent_withdrawn"
    await add_event(session, name, customer_id=message.customer_id, at=visit.at, properties=properties)


def _properties(message: Message) -> dict[str, Any]:
    return {
        "message": message.id,
        "channel": message.channel,
        "purpose": message.purpose,
        "template": message.template,
        "variant": message.variant,
        "rule": message.rule,
    }
