"""Everything a profile is made from, in one round trip: a chat turn waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.base import UtcDateTime
from rapport.store.consents import Consent, Suppression
from rapport.store.conversations import Conversation
from rapport.store.customers import CustomerTag, Identity
from rapport.store.events import Event
from rapport.store.journeys import Enrolment, RuleVersion
from rapport.store.orders import Order


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known of a customer. `kind` says what `name`, `value` and `at` are.

    event: name, –, when last · firing: rule, –, when last · consent: channel, purpose, when · tag: tag ·
    identity: kind, value · suppression: channel, reason · responder: responder.
    """

    kind: str
    name: str
    value: str | None
    at: datetime | None


async def facts_of(session: AsyncSession, customer_id: int, *, since: datetime) -> list[Fact]:
    """What is known of the customer now; of events the newest of each name since `since`."""
    rows = await session.execute(_facts_of_one(), {"customer": customer_id, "since": since})
    return [Fact(*row) for row in rows]


CUSTOMER: BindParameter[int] = bindparam("customer", type_=Integer)
SINCE: BindParameter[datetime] = bindparam("since", type_=UtcDateTime())


# Kept because building it takes longer than running it.
@cache
def _facts_of_one() -> CompoundSelect[Any]:
    return union_all(
        _events(),
        _orders(),
        _firings(),
        _consents(),
        _tags(),
        _identities(),
        _chats(),
        _suppressions(),
        _responders(),
    )


def _facts(kind: str, name: Any, value: Any = None, at: Any = None) -> Select[Any]:
    return select(
        literal(kind, String).label("kind"),
        cast(name, String).label("name"),
        cast(null() if value is None else value, String).label("value"),
        (cast(null(), UtcDateTime) if at is None else at).label("at"),
    )


def _events() -> Select[Any]:
    found = _facts("event", Event.name, at=func.max(Event.at))
    return found.where(Event.customer_id == CUSTOMER, Event.at >= SINCE).group_by(Event.name)


def _orders() -> Select[Any]:
    """An imported order is a purchase as much as one that was announced by an event."""
    found = _facts("event", literal("order_placed", String), at=func.max(Order.placed_at))
    return found.where(Order.customer_id == CUSTOMER).having(func.count() > 0)


def _firings() -> Select[Any]:
    """Who left a rule before it did anything has not met it."""
    found = _facts("firing", RuleVersion.rule, at=func.max(Enrolment.began_at))
    found = found.join(Enrolment, Enrolment.rule_version == RuleVersion.version)
    return found.where(Enrolment.customer_id == CUSTOMER, Enrolment.state != "exited").group_by(RuleVersion.rule)


def _consents() -> Select[Any]:
    newest = select(func.max(Consent.id)).where(Consent.customer_id == CUSTOMER)
    newest = newest.group_by(Consent.channel, Consent.purpose)
    found = _facts("consent", Consent.channel, Consent.purpose, Consent.at)
    return found.where(Consent.id.in_(newest), Consent.granted)


def _tags() -> Select[Any]:
    return _facts("tag", CustomerTag.tag).where(CustomerTag.customer_id == CUSTOMER)


def _identities() -> Select[Any]:
    newest = select(func.max(Identity.id)).where(Identity.customer_id == CUSTOMER).group_by(Identity.kind)
    return _facts("identity", Identity.kind, Identity.value).where(Identity.id.in_(newest))


def _chats() -> Select[Any]:
    """The address of the channel `web` is a conversation that is open."""
    found = _facts("identity", literal("web", String), func.max(Conversation.id))
    mine = (Conversation.customer_id == CUSTOMER) & Conversation.closed_at.is_(None)
    return found.where(mine, Conversation.channel == "web").having(func.count() > 0)


def _suppressions() -> Select[Any]:
    """Addresses are kept without case; of a channel's name an identity's kind is the same."""
    found = _facts("suppression", Suppression.channel, Suppression.reason)
    mine = (Identity.kind == Suppression.channel) & (func.lower(Identity.value) == Suppression.address)
    return found.join(Identity, mine).where(Identity.customer_id == CUSTOMER)


def _responders() -> Select[Any]:
    found = _facts("responder", Conversation.responder)
    open_ones = (Conversation.customer_id == CUSTOMER) & Conversation.closed_at.is_(None)
    return found.where(open_ones, Conversation.responder != "assistant")
