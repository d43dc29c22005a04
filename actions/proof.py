"""Whether somebody who is not signed in has shown to be a certain customer."""

from __future__ import annotations

from hmac import compare_digest

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.customers import IdentityKind, identity_values, normalise_identity

# A number may be given with or without its country code; with fewer digits it is no number of anybody.
SHORTEST_PHONE = 8
KINDS: tuple[IdentityKind, ...] = ("email", "phone")


async def belongs_to(session: AsyncSession, customer_id: int | None, *, email: str | None, phone: str | None) -> bool:
    """True if the address or the number is one of this customer's own."""
    # Nobody's identities are looked up too: an order that does not exist must not be refused faster.
    buyer = customer_id or 0
    emails, phones = [await identity_values(session, buyer, kind) for kind in KINDS]
    return any(email and _same_email(email, own) for own in emails) or any(
        phone and same_phone(phone, own) for own in phones
    )


def _same_email(given: str, own: str) -> bool:
    return compare_digest(normalise_identity("email", given).encode(), own.encode())


def same_phone(given: str, own: str) -> bool:
    """Equal but for spaces, dashes, and a country code or trunk zero that only one of them has."""
    one, other = (normalise_identity("phone", number).lstrip("+0") for number in (given, own))
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < SHORTEST_PHONE or len(longer) - len(shorter) > 3:
        return False
    return compare_digest(longer[-len(shorter) :].encode(), shorter.encode())
