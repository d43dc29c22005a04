"""What leads into the bot's chat: short enough, ours alone, once and not for long."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from rapport.chat.telegram.payloads import LIFE, Ticket, link_payload, spend, web_payload
from rapport.store.database import Database
from rapport.tokens import InvalidTokenError

KEY, CONVERSATION = "a key for tests", "0123456789abcdef" * 2
ALLOWED = re.compile("[A-Za-z0-9_-]{1,64}")


async def spent(database: Database, payload: str, now: datetime, *, key: str = KEY) -> Ticket:
    async with database.session() as session:
        return await spend(session, payload, key=key, now=now)


@pytest.mark.parametrize(
    ("kind", "ticket"),
    [
        ("link", Ticket("link", customer_id=2**40 + 7)),
        ("web", Ticket("web", conversation_id=CONVERSATION)),
    ],
)
async def test_a_link_leads_where_it_was_made_for_once(
    database: Database, now: datetime, kind: str, ticket: Ticket
) -> None:
    payload = payload_of(kind, now)
    assert ALLOWED.fullmatch(payload)
    assert await spent(database, payload, now + LIFE - timedelta(seconds=1)) == ticket
    with pytest.raises(InvalidTokenError):
        await spent(database, payload, now)


def payload_of(kind: str, now: datetime) -> str:
    if kind == "link":
        return link_payload(2**40 + 7, key=KEY, now=now)
    return web_payload(CONVERSATION, key=KEY, now=now)


@pytest.mark.parametrize("kind", ["link", "web"])
async def test_a_link_ends_after_ten_minutes(database: Database, now: datetime, kind: str) -> None:
    with pytest.raises(InvalidTokenError):
        await spent(database, payload_of(kind, now), now + LIFE)


@pytest.mark.parametrize("kind", ["link", "web"])
async def test_nobody_else_makes_one(database: Database, now: datetime, kind: str) -> None:
    payload = payload_of(kind, now)
    with pytest.raises(InvalidTokenError):
        await spent(database, payload, now, key="another key")
    other = "web" if kind == "link" else "link"
    touched = payload[:20] + ("A" if payload[20] != "A" else "B") + payload[21:]
    for wrong in (touched, payload[:-4], payload + "AAAA", payload.replace(kind, other), "link-", "web-é", "x", ""):
        with pytest.raises(InvalidTokenError):
            await spent(database, wrong, now)
    assert (await spent(database, payload, now)).kind == kind
