"""What stands beside a thread: who the customer is, what the models say, and what the shop did for her."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.messaging.wording import in_language, price, purpose_label, zone_of
from rapport.store.conversations import Conversation
from rapport.store.customers import Customer, identities_of
from rapport.store.identifications import proven_orders
from rapport.store.messages import Message, latest_messages
from rapport.store.offers import points_of, usable_coupons
from rapport.store.orders import Order, latest_orders, names_in_orders
from rapport.store.shelves import rows_of_customer
from rapport.store.threads import staff_names
from rapport.store.tickets import latest_tickets
from rapport.web.api.agent_parts import card_of
from rapport.web.api.conversations import ConversationId
from rapport.web.api.customers import Knowing
from rapport.web.console.insight import Insight, Suggested
from rapport.web.console.page import Console, Reading
from rapport.web.console.why import told

router = APIRouter(include_in_schema=False)
ORDERS, TICKETS, MESSAGES, SUGGESTED, EARLIER, COUPONS = 4, 5, 5, 4, 4, 3


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """An order with what is in it, as one reads it."""

    order: Order
    total: str
    items: tuple[tuple[str, int], ...]


@router.get("/console/conversations/{conversation_id}/customer", response_class=HTMLResponse)
async def beside(conversation_id: ConversationId, here: Reading, insight: Knowing) -> Response:
    async with here.given.database.reading() as session:
        conversation = await session.get(Conversation, conversation_id)
        if conversation is None:
            raise HTTPException(404, "There is no such conversation.")
        values = await _of_anybody(session, here, conversation, insight)
        if conversation.customer_id is not None:
            values |= await _of_known(session, here, conversation.customer_id, insight)
            values["earlier"] = [one for one in values["earlier"] if one.id != conversation_id]
    return here.show("console/customer.html", conversation=conversation, **values)


@router.get("/console/messages/{message_id}/why", response_class=HTMLResponse)
async def why(message_id: Annotated[int, Path(ge=1, le=2**63 - 1)], here: Reading, insight: Knowing) -> Response:
    here.needs("customers.read")
    async with here.given.database.reading() as session:
        message = await session.get(Message, message_id)
        if message is None:
            raise HTTPException(404, "There is no such message.")
        found = await insight.why(session, message, now=here.given.clock()) if message.rule else None
    zone = here.given.settings.default_time_zone
    findings = None if found is None else list(told(found, here.staff.language, zone))
    return here.show("console/why.html", message=message, findings=findings)


async def _of_anybody(
    session: AsyncSession, here: Console, conversation: Conversation, insight: Insight
) -> dict[str, Any]:
    """What is known in this conversation, whoever she is."""
    customer_id, now = conversation.customer_id, here.given.clock()
    orders = await (
        latest_orders(session, customer_id, limit=ORDERS) if customer_id else proven_orders(session, conversation.id)
    )
    tickets = await latest_tickets(session, customer_id=customer_id, conversation_id=conversation.id, limit=TICKETS)
    suggested = await insight.recommend(session, customer_id, count=SUGGESTED, now=now)
    return {
        "customer": None,
        "orders": await _shown_orders(session, here, orders),
        "tickets": tickets,
        "suggested": [_suggested(one, here) for one in suggested],
        "earlier": [],
        "names": await staff_names(session),
    }


async def _of_known(session: AsyncSession, here: Console, customer_id: int, insight: Insight) -> dict[str, Any]:
    now, language = here.given.clock(), here.staff.language
    profile = await insight.profile(session, customer_id, now=now)
    zone = zone_of(profile.time_zone, here.given.settings.default_time_zone)
    return {
        "customer": await session.get_one(Customer, customer_id),
        "profile": profile,
        "identities": await identities_of(session, customer_id),
        "her_time": now.astimezone(zone).strftime("%H:%M"),
        "messages": [
            (message, purpose_label(message.purpose, language))
            for message in await latest_messages(session, customer_id, limit=MESSAGES)
        ],
        "consents": _consents(profile.consents, language),
        "points": await points_of(session, customer_id),
        "coupons": await usable_coupons(session, customer_id, now=now, limit=COUPONS),
        "earlier": await rows_of_customer(session, customer_id, agent=here.staff.name, limit=EARLIER + 1),
    }


async def _shown_orders(session: AsyncSession, here: Console, orders: list[Order]) -> list[ShownOrder]:
    language = here.staff.language
    inside = await names_in_orders(session, [order.id for order in orders]) if orders else {}
    return [
        ShownOrder(
            order,
            price(order.total_minor, order.currency, language),
            tuple((in_language(names, language), count) for names, count in inside.get(order.id, ())),
        )
        for order in orders
    ]


def _suggested(one: Suggested, here: Console) -> dict[str, Any]:
    language = here.staff.language
    because = [in_language(product.names, language) for product in one.because]
    return card_of(one.product, language, here.given.settings.currency) | {"because": because}


def _consents(granted: frozenset[tuple[str, str]], language: str) -> list[tuple[str, list[str]]]:
    """Channel → what for, in words."""
    channels = sorted({channel for channel, _ in granted})
    return [
        (channel, sorted(purpose_label(purpose, language) for its, purpose in granted if its == channel))
        for channel in channels
    ]
