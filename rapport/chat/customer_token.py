"""The shop's word for who a customer is: a short-lived JWT that opens one session."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.errors import InvalidCustomerTokenError
from rapport.store.spent_tokens import spend_token

LONGEST_LIFE = timedelta(minutes=10)
# The clocks of the shop and of this machine may differ a little.
LEEWAY = timedelta(seconds=30)
LONGEST_EXTERNAL_ID = 320


@dataclass(frozen=True, slots=True)
class CustomerToken:
    """`external_id` is the shop's own name for the customer, `id` what makes this token usable once."""

    external_id: str
    id: str
    expires_at: datetime


def issue_customer_token(external_id: str, *, key: str, id: str, now: datetime) -> str:  # noqa: A002  the claim's name
    """A token as a shop's server makes it (HS256, valid for ten minutes)."""
    issued = int(now.timestamp())
    claims = {"sub": external_id, "iat": issued, "exp": issued + int(LONGEST_LIFE.total_seconds()), "jti": id}
    return jwt.encode(claims, key, algorithm="HS256")


def read_customer_token(token: str, *, key: str, now: datetime) -> CustomerToken:
    """The token's claims. Raises InvalidCustomerTokenError where signature, claims or times are wrong."""
    try:
        # The times are compared with our own clock below.
        unchecked = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
        options: Any = unchecked | {"require": ["sub", "iat", "exp", "jti"]}
        claims = jwt.decode(token, key, algorithms=["HS256"], options=options)
        issued, expires = (datetime.fromtimestamp(float(claims[name]), UTC) for name in ("iat", "exp"))
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, OSError, RecursionError) as error:
        raise InvalidCustomerTokenError from error
    fresh = issued <= now + LEEWAY and now < expires <= issued + LONGEST_LIFE
    sub = claims["sub"]
    if not fresh or not sub.isprintable() or not 0 < len(sub.strip()) <= LONGEST_EXTERNAL_ID:
        raise InvalidCustomerTokenError
    return CustomerToken(sub, claims["jti"], expires)


async def spend_customer_token(session: AsyncSession, token: CustomerToken, *, now: datetime) -> None:
    """Uses the token up. Raises InvalidCustomerTokenError the second time."""
    digest = hashlib.sha256(token.id.encode("utf-8", "surrogatepass")).hexdigest()
    if not await spend_token(session, f"customer:{digest}", expires_at=token.expires_at, now=now):
        raise InvalidCustomerTokenError
