"""What a link into the bot's chat carries: at most 64 letters, signed, good for ten minutes and once."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.spent_tokens import spend_token
from rapport.tokens import InvalidTokenError

Kind = Literal["link", "web"]
LIFE = timedelta(minutes=10)
# Expiry, nonce; then a customer's number or a conversation's 128 bits, then the signature.
HEAD, CUSTOMER = struct.Struct(">I8s"), struct.Struct(">q")
SIGNATURE = 12
SUBJECT: dict[Kind, int] = {"link": CUSTOMER.size, "web": 16}


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who or what a link is about: a customer's number, or a conversation."""

    kind: Kind
    customer_id: int = 0
    conversation_id: str = ""


def link_payload(customer_id: int, *, key: str, now: datetime) -> str:
    """`link-…`: makes the chat that starts with it this customer's."""
    return _payload("link", CUSTOMER.pack(customer_id), key=key, now=now)


def web_payload(conversation_id: str, *, key: str, now: datetime) -> str:
    """`web-…`: goes on with this conversation in the chat that starts with it."""
    return _payload("web", bytes.fromhex(conversation_id), key=key, now=now)


async def spend(session: AsyncSession, payload: str, *, key: str, now: datetime) -> Ticket:
    """What the link is about; used up by that. Raises InvalidTokenError where it is wrong, old or used."""
    kind, subject, nonce, expires_at = _read(payload, key=key)
    if expires_at <= now or not await spend_token(session, f"deep:{nonce}", expires_at=expires_at, now=now):
        raise InvalidTokenError(InvalidTokenError.__doc__)
    if kind == "link":
        return Ticket(kind, customer_id=CUSTOMER.unpack(subject)[0])
    return Ticket(kind, conversation_id=subject.hex())


def _payload(kind: Kind, subject: bytes, *, key: str, now: datetime) -> str:
    body = HEAD.pack(int((now + LIFE).timestamp()), secrets.token_bytes(8)) + subject
    return f"{kind}-{base64.urlsafe_b64encode(body + _signature(kind, body, key)).decode().rstrip('=')}"


def _read(payload: str, *, key: str) -> tuple[Kind, bytes, str, datetime]:
    kind, _, text = payload.partition("-")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidTokenError(InvalidTokenError.__doc__) from error
    body, signature = raw[:-SIGNATURE], raw[-SIGNATURE:]
    for known, size in SUBJECT.items():
        if kind == known and len(body) == HEAD.size + size:
            if not hmac.compare_digest(signature, _signature(known, body, key)):
                break
            expires, nonce = HEAD.unpack_from(body)
            return known, body[HEAD.size :], nonce.hex(), datetime.fromtimestamp(expires, UTC)
    raise InvalidTokenError(InvalidTokenError.__doc__)


def _signature(kind: Kind, body: bytes, key: str) -> bytes:
    return hmac.digest(key.encode(), f"telegram deep link {kind} ".encode() + body, "sha256")[:SIGNATURE]
