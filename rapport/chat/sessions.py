"""Sessions: how a customer comes into a conversation, and the signed keys that let her, and only her, back in."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.customer_token import CustomerToken, spend_customer_token
from rapport.chat.opening import open_conversation
from rapport.settings import Language
from rapport.store.customers import add_customer, find_customer
from rapport.store.spent_tokens import spend_token
from rapport.tokens import InvalidTokenError, sign, sign_for_a_while, verify, verify_within

SESSION = "chat-session"
TICKET = "chat-ticket"
TICKET_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Session:
    token: str
    conversation_id: str


async def open_session(
    session: AsyncSession, *, language: Language, customer: CustomerToken | None, key: str, now: datetime
) -> Session:
    """A new conversation, of a customer the shop vouches for or of nobody known.

    Raises InvalidCustomerTokenError when the token was used before.
    """
    customer_id = await _customer_id(session, customer, language=language, now=now) if customer else None
    conversation = await open_conversation(
        session, channel="web", language=language, customer_id=customer_id, now=now
    )
    return Session(sign(conversation.id, key=key, purpose=SESSION), conversation.id)


async def _customer_id(
    session: AsyncSession, token: CustomerToken, *, language: Language, now: datetime
) -> int | None:
    await spend_customer_token(session, token, now=now)
    known = await find_customer(session, "external_id", token.external_id)
    if known is None:
        with suppress(IntegrityError):  # two pages of a new customer open at once: the second finds the first's row
            async with session.begin_nested():
                await add_customer(session, {"external_id": token.external_id}, now=now, language=language)
        known = await find_customer(session, "external_id", token.external_id)
    return known.id if known else None


def conversation_of(token: str, *, key: str) -> str:
    """The conversation a session token opens. Raises InvalidTokenError."""
    return str(verify(token, key=key, purpose=SESSION))


def issue_ticket(conversation_id: str, *, key: str) -> str:
    """A ticket for one stream, for where no header can be sent; good for a minute."""
    return sign_for_a_while([conversation_id, secrets.token_hex(16)], key=key, purpose=TICKET)


async def spend_ticket(session: AsyncSession, ticket: str, *, key: str, now: datetime) -> str:
    """The conversation a ticket opens. Raises InvalidTokenError where it is wrong, old or used."""
    conversation_id, number = verify_within(ticket, key=key, purpose=TICKET, seconds=TICKET_SECONDS)
    expires_at = now + timedelta(seconds=TICKET_SECONDS)
    if not await spend_token(session, f"ticket:{number}", expires_at=expires_at, now=now):
        raise InvalidTokenError("This ticket was used before.")
    return str(conversation_id)
