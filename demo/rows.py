"""The past as rows of the store's tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from demo.history import History
from demo.mailings import HOLDOUT, Campaign
from demo.moments import moment, moments, moments_or_none
from demo.purchases import WELCOME_POINTS

Row = dict[str, Any]
CARRIERS = ("半山快运", "云脚速递")
LONG_AFTER = 2**60


@dataclass(frozen=True, slots=True)
class FirstIds:
    """The number the first row of each table gets: one after what is there already."""

    customers: int
    products: int
    orders: int
    messages: int


def category_rows(history: History) -> list[Row]:
    return [{"code": category.code, "names": category.names.as_dict()} for category in history.catalogue.categories]


def product_rows(history: History, first: FirstIds) -> list[Row]:
    return [
        {
            "id": first.products + index,
            "sku": product.sku,
            "category": product.category,
            "price_minor": product.price_minor,
            "stock": product.stock,
            "names": product.names.as_dict(),
            "descriptions": product.descriptions.as_dict(),
            "attributes": {attribute.code: attribute.as_dict() for attribute in product.attributes},
            "picture": f"/pictures/{product.sku}.svg",
            "active": True,
        }
        for index, product in enumerate(history.catalogue.products)
    ]


def customer_rows(history: History, first: FirstIds) -> list[Row]:
    registered = moments(history.traits.registered_at)
    return [
        {
            "id": first.customers + index,
            "name": person.name,
            "language": person.language,
            "time_zone": person.zone,
            "country": person.country,
            "registered_at": at,
        }
        for index, (person, at) in enumerate(zip(history.people, registered, strict=True))
    ]


def identity_rows(history: History, first: FirstIds) -> Iterator[Row]:
    for index, at in enumerate(moments(history.traits.registered_at)):
        person = history.people[index]
        for kind, value in (("external_id", person.external_id), ("email", person.email), ("phone", person.phone)):
            if value:
                yield {"customer_id": first.customers + index, "kind": kind, "value": value, "added_at": at}


def consent_rows(history: History, first: FirstIds) -> Iterator[Row]:
    """Granted on registering; a withdrawal is a row of its own, after."""
    registered = moments(history.traits.registered_at)
    for purpose, granted in history.consents.granted.items():
        for index in np.flatnonzero(granted).tolist():
            yield _consent(first.customers + index, purpose) | {"granted": True, "at": registered[index]}
    for purpose, until in history.consents.until.items():
        for index in np.flatnonzero(until < LONG_AFTER).tolist():
            withdrawn = {"granted": False, "at": moment(int(until[index])), "source": "unsubscribe_link"}
            yield _consent(first.customers + index, purpose) | withdrawn


def _consent(customer: int, purpose: str) -> Row:
    return {"customer_id": customer, "channel": "email", "purpose": purpose, "source": "registration", "evidence": ""}


def order_rows(history: History, first: FirstIds) -> list[Row]:
    orders = history.orders
    placed = moments(orders.placed_at)
    parts = [moments_or_none(at) for at in (orders.shipped_at, orders.delivered_at, orders.cancelled_at)]
    return [
        {
            "id": first.orders + index,
            "number": orders.number(index),
            "customer_id": first.customers + int(orders.customer[index]),
            "status": _status(*dates),
            "currency": "CNY",
            "total_minor": int(orders.total[index]),
            "placed_at": at,
            "shipped_at": dates[0],
            "delivered_at": dates[1],
            "cancelled_at": dates[2],
            "carrier": CARRIERS[index % len(CARRIERS)] if dates[0] else None,
            "tracking_number": f"HM{7_300_000_000 + 13 * index}" if dates[0] else None,
        }
        for index, (at, dates) in enumerate(zip(placed, zip(*parts, strict=True), strict=True))
    ]


def _status(shipped: object, delivered: object, cancelled: object) -> str:
    if cancelled:
        return "cancelled"
    if delivered:
        return "delivered"
    return "shipped" if shipped else "paid"


def line_rows(history: History, first: FirstIds) -> list[Row]:
    lines = history.lines
    columns = (lines.order + first.orders, lines.product + first.products, lines.quantity, lines.unit_price)
    names = ("order_id", "product_id", "quantity", "unit_price_minor")
    return [dict(zip(names, row, strict=True)) for row in np.stack(columns, axis=1).tolist()]


def refund_rows(history: History, first: FirstIds) -> list[Row]:
    refunds, orders = history.refunds, history.orders
    return [
        {
            "number": f"R{orders.number(order)}-{product + first.products}",
            "customer_id": first.customers + int(orders.customer[order]),
            "order_id": first.orders + order,
            "product_id": first.products + product,
            "quantity": int(refunds.quantity[index]),
            "amount_minor": int(refunds.amount[index]),
            "at": moment(int(refunds.at[index])),
        }
        for index, (order, product) in enumerate(zip(refunds.order.tolist(), refunds.product.tolist(), strict=True))
    ]


def loyalty_rows(history: History, first: FirstIds) -> Iterator[Row]:
    """A welcome, a point per yuan once delivered, and the points of what came back taken off again."""
    welcome = {"points": WELCOME_POINTS, "reason": "welcome", "order_id": None}
    for index, at in enumerate(moments(history.traits.registered_at)):
        yield welcome | {"customer_id": first.customers + index, "at": at}
    orders, refunds = history.orders, history.refunds
    delivered = np.flatnonzero(orders.delivered_at)
    earned = (delivered, orders.total[delivered], orders.delivered_at[delivered])
    for reason, columns in (("order", earned), ("refund", (refunds.order, -refunds.amount, refunds.at))):
        for order, minor, second in np.stack(columns, axis=1).tolist():
            points = int(minor / 100)  # towards zero: a refund never takes more than the order gave
            who = {"customer_id": first.customers + int(orders.customer[order]), "order_id": first.orders + order}
            yield who | {"points": points, "reason": reason, "at": moment(second)}


def message_rows(history: History, first: FirstIds) -> Iterator[Row]:
    number = first.messages
    for campaign in history.campaigns:
        for customer in campaign.treated.tolist():
            language = history.people[customer].language
            yield _message(campaign, number, customer=first.customers + customer) | {"language": language}
            number += 1


def _message(campaign: Campaign, number: int, *, customer: int) -> Row:
    at = moment(campaign.at)
    return {
        "id": number,
        "key": f"{customer}:{campaign.name}",
        "customer_id": customer,
        "rule": campaign.name,
        "rule_version": "",
        "channel": "email",
        "purpose": campaign.purpose,
        "template": campaign.purpose,
        "variant": "",
        "context": {},
        "links": [],
        "message_id": f"<{campaign.name}.{number}@halfhill.example>",
        "state": "sent",
        "reason": "",
        "queued_at": at,
        "sent_at": at,
    }


def delivery_rows(history: History, first: FirstIds) -> Iterator[Row]:
    number = first.messages
    for campaign in history.campaigns:
        at = moment(campaign.at)
        sent = {"attempt": 1, "channel": "email", "state": "sent", "due_at": at, "fence": 1}
        sent |= {"code": 250, "reason": "", "ended_at": at}
        for customer in campaign.treated.tolist():
            yield sent | {"message_id": number, "address": history.people[customer].email}
            number += 1


def exposure_rows(history: History, first: FirstIds) -> Iterator[Row]:
    """Who was written to and who was held out, with the probability of it: an uplift can be computed again."""
    for campaign in history.campaigns:
        decided = {"experiment": campaign.name, "occurrence": "", "at": moment(campaign.at)}
        groups = (("treated", 1 - HOLDOUT, campaign.treated), ("holdout", HOLDOUT, campaign.held_out))
        for arm, probability, customers in groups:
            for customer in (customers + first.customers).tolist():
                yield decided | {"customer_id": customer, "arm": arm, "probability": probability}
