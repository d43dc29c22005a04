"""The e-mail address a customer was asked for because nobody was there: taken from what she writes."""

from __future__ import annotations

import re
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.changes import say_system, standing_now
from rapport.chat.words import words
from rapport.store.conversations import Conversation
from rapport.store.tickets import QUESTION, add_to_ticket, tickets_in

# Wider than an address may be: what is in it is for the validator to judge.
CANDIDATE = re.compile(r"[^\s,;:，；：。、()（）<>《》“”\"'一-鿿]+@[^\s,;:，；：。、()（）<>《》“”\"'一-鿿]+")
# So much may stand around an address in a message that gives it.
AROUND = 24


def address_in(text: str) -> str | None:
    """The first valid address in the text, normalised; whether its domain takes mail is not asked."""
    for found in CANDIDATE.finditer(text):
        try:
            return validate_email(found.group().strip(".!?！？"), check_deliverability=False).normalized
        except EmailNotValidError:
            continue
    return None


def gives_address(text: str) -> bool:
    """True for a message that is about nothing but an address, right or wrong."""
    around = CANDIDATE.sub("", text).strip()
    return "@" in text and len(around) <= AROUND and not around.endswith(("?", "？"))


async def take_address(session: AsyncSession, conversation_id: str, address: str | None, *, now: datetime) -> None:
    """The address she was asked for, put into her ticket; None for one that is none."""
    standing = await standing_now(session, conversation_id)
    say = words(standing.language)
    if address is None:
        await say_system(session, conversation_id, say.address_wrong, at=now)
        return
    for ticket in (await tickets_in(session, conversation_id, QUESTION))[:1]:
        await add_to_ticket(session, ticket, f"E-mail: {address}")
    await session.execute(update(Conversation).where(Conversation.id == conversation_id).values(awaits=None))
    await say_system(session, conversation_id, say.address_taken.format(address=address), at=now)
