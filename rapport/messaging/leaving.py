"""A customer leaves a channel, by her word or by blocking us there; her consents end with it, in rows that stay."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.consents import consents_of, lift_suppression, record_consent, suppress
from rapport.store.customers import find_customer
from rapport.store.events import add_event
from rapport.store.telegram import note_blocked

TELEGRAM: Literal["telegram"] = "telegram"
# What she does herself she may undo herself; who only unblocks the bot has not said yes to anything.
STOPPED, BLOCKED = "unsubscribed", "blocked"


async def leave_telegram(
    session: AsyncSession, chat_id: int | str, *, reason: str, source: str, at: datetime
) -> None:
    """Withdraws whatever is granted for Telegram to whose chat this is, and suppresses the chat.

    `reason` is STOPPED or BLOCKED; a second time changes nothing.
    What is queued meets it at the gate before it leaves.
    """
    if reason == BLOCKED:
        await note_blocked(session, int(chat_id), at=at)
    await suppress(session, TELEGRAM, str(chat_id), reason=reason, at=at)
    await withdraw_telegram(session, chat_id, reason=reason, source=source, at=at)


async def withdraw_telegram(
    session: AsyncSession, chat_id: int | str, *, reason: str, source: str, at: datetime
) -> None:
    """Withdraws whatever is granted for Telegram to whose chat this is; `reason` stands in the event."""
    customer = await find_customer(session, TELEGRAM, str(chat_id))
    if customer is None:
        return
    granted = sorted(purpose for channel, purpose in await consents_of(session, customer.id) if channel == TELEGRAM)
    for purpose in granted:
        await record_consent(
            session, customer.id, channel=TELEGRAM, purpose=purpose, granted=False, at=at, source=source
        )
        facts = {"channel": TELEGRAM, "purpose": purpose, "source": source}
        await add_event(session, "consent_withdrawn", customer_id=customer.id, at=at, properties=facts)
    if granted:
        facts = {"channel": TELEGRAM, "source": source, "reason": reason}
        await add_event(session, "unsubscribed", customer_id=customer.id, at=at, properties=facts)


async def unblocked_telegram(session: AsyncSession, chat_id: int | str) -> None:
    """The bot may speak in this chat again; what was withdrawn stays so until she grants it anew."""
    await note_blocked(session, int(chat_id), at=None)
    await lift_suppression(session, TELEGRAM, str(chat_id), reason=BLOCKED)
