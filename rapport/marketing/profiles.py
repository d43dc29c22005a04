"""Builds the profile of a customer from the store, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.marketing.profile import PastEvent, PastMessage, Profile, Standing
from rapport.marketing.spans import LONGEST
from rapport.store.customers import Customer
from rapport.store.facts import Fact, facts_of
from rapport.store.messages import messages_lately

# A calendar day is never further from now than this, whatever the time zone.
A_DAY_ANYWHERE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Home:
    """What holds for a customer who has shown no language or time zone."""

    language: str = "zh"
    time_zone: str = "Asia/Shanghai"


async def build(
    session: AsyncSession,
    customer_id: int,
    *,
    now: datetime,
    standing: Standing,
    home: Home | None = None,
    alone: bool = False,
) -> Profile:
    """The profile as of now. Raises NoResultFound for a customer who is not there.

    `alone` waits for others who decide about this customer and makes those to come wait, until this transaction ends.
    """
    home = home or Home()
    # SQLite needs no such lock: one transaction writes at a time.
    locks = alone and session.get_bind().dialect.name != "sqlite"
    customer = await session.get_one(Customer, customer_id, with_for_update={"key_share": True} if locks else None)
    facts = await facts_of(session, customer_id, since=now - LONGEST)
    messages = await messages_lately(session, customer_id, since=now - A_DAY_ANYWHERE)
    return Profile(
        customer_id=customer_id,
        name=customer.name,
        language=customer.language or home.language,
        time_zone=customer.time_zone or home.time_zone,
        segment=standing.segment,
        scores=standing.scores,
        tags=frozenset(fact.name for fact in facts if fact.kind == "tag"),
        consents=frozenset((fact.name, fact.value or "") for fact in facts if fact.kind == "consent"),
        addresses={fact.name: fact.value or "" for fact in facts if fact.kind == "identity"},
        suppressions={fact.name: fact.value or "" for fact in facts if fact.kind == "suppression"},
        events=_newest_events(facts),
        messages=tuple(PastMessage(*row) for row in messages),
        firings={fact.name: fact.at for fact in facts if fact.kind == "firing" and fact.at},
        responder=_responder({fact.name for fact in facts if fact.kind == "responder"}),
    )


def _newest_events(facts: Iterable[Fact]) -> dict[str, PastEvent]:
    newest: dict[str, PastEvent] = {}
    for fact in facts:
        if fact.kind == "event" and fact.at and (fact.name not in newest or newest[fact.name].at < fact.at):
            newest[fact.name] = PastEvent(fact.name, fact.at)
    return newest


def _responder(found: set[str]) -> str | None:
    return next((who for who in ("agent", "queue") if who in found), None)
