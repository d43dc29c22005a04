"""Everything that happened, as rows of `events` in the order of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demo.catalogue import CatalogueProduct
from demo.history import History
from demo.mailings import Campaign
from demo.moments import moments
from demo.visits import Ints

Properties = Iterable[dict[str, Any]]


@dataclass(slots=True)
class Happenings:
    """Events as columns, gathered kind by kind, sorted at the end; `first_customer` is the number of customer 0."""

    first_customer: int
    _at: list[Ints] = field(default_factory=list)
    _customer: list[Ints] = field(default_factory=list)
    _name: list[str] = field(default_factory=list)
    _properties: list[dict[str, Any]] = field(default_factory=list)
    _conversation: list[str | None] = field(default_factory=list)

    def add(
        self, name: str, customer: Ints, at: Ints, properties: Properties, *, conversation: list[str] | None = None
    ) -> None:
        """One event of this name per entry of `at`."""
        self._at.append(at)
        self._customer.append(customer)
        self._name += [name] * len(at)
        self._properties += properties
        self._conversation += conversation or [None] * len(at)

    def rows(self, *, first_id: int) -> list[dict[str, Any]]:
        """The rows, oldest first, numbered from `first_id`."""
        at, customer = np.concatenate(self._at), np.concatenate(self._customer) + self.first_customer
        order = np.argsort(at, kind="stable")
        when = moments(at[order])
        return [
            {
                "id": first_id + position,
                "customer_id": who,
                "conversation_id": self._conversation[index],
                "name": self._name[index],
                "at": moment,
                "received_at": moment,
                "properties": self._properties[index],
                "key": None,
            }
            for position, (index, who, moment) in enumerate(
                zip(order.tolist(), customer[order].tolist(), when, strict=True)
            )
        ]


def what_happened(history: History, *, first_customer: int, first_message: int) -> Happenings:
    """Every event of the past. `first_message` is the number of the first message in the database."""
    happenings = Happenings(first_customer)
    everybody = np.arange(len(history.people))
    registered = history.traits.registered_at
    happenings.add("customer_registered", everybody, registered, [{} for _ in everybody])
    _add_visits(happenings, history)
    _add_carts(happenings, history)
    _add_orders(happenings, history)
    _add_chats(happenings, history)
    for campaign in history.campaigns:
        _add_answers(happenings, campaign, first_message=first_message)
        first_message += len(campaign.treated)
    return happenings


def _add_visits(happenings: Happenings, history: History) -> None:
    visits, baskets, products = history.visits, history.baskets, history.catalogue.products
    mailed = visits.mailed.tolist()
    pages: Properties = ({"path": "/", "source": "email" if by_mail else "direct"} for by_mail in mailed)
    happenings.add("page_viewed", visits.customer, visits.at, pages)
    place = np.arange(len(baskets.viewed)) - np.repeat(np.cumsum(baskets.views) - baskets.views, baskets.views)
    at = visits.at[baskets.viewed_in] + 20 + place * 70
    seen = [_seen(product) for product in products]
    happenings.add(
        "product_viewed", visits.customer[baskets.viewed_in], at, map(seen.__getitem__, baskets.viewed.tolist())
    )
    searching = np.flatnonzero(baskets.last % 5 == 0)
    queries = (
        {"query": _query(products[product], history.people[who].language)}
        for product, who in zip(baskets.last[searching], visits.customer[searching], strict=True)
    )
    happenings.add("products_searched", visits.customer[searching], visits.at[searching] + 8, queries)


def _seen(product: CatalogueProduct) -> dict[str, Any]:
    return {"sku": product.sku, "category": product.category, "price_minor": product.price_minor}


def _query(product: CatalogueProduct, language: str) -> str:
    return product.names.zh[-3:] if language == "zh" else product.names.en.split()[-1].lower()


def _add_carts(happenings: Happenings, history: History) -> None:
    visits, baskets, products = history.visits, history.baskets, history.catalogue.products
    left_at = visits.at + baskets.views * 70
    carts, checks_out = np.flatnonzero(baskets.carts), np.flatnonzero(baskets.checks_out)
    put = [{"sku": product.sku, "quantity": 1, "price_minor": product.price_minor} for product in products]
    added: Properties = map(put.__getitem__, baskets.last[carts].tolist())
    happenings.add("cart_updated", visits.customer[carts], left_at[carts] + 60, added)
    happenings.add(
        "checkout_started", visits.customer[checks_out], left_at[checks_out] + 180, [{} for _ in checks_out]
    )


def _add_orders(happenings: Happenings, history: History) -> None:
    orders, refunds = history.orders, history.refunds
    numbers = [orders.number(index) for index in range(len(orders.total))]
    money = zip(numbers, orders.total.tolist(), strict=True)
    placed: Properties = ({"number": number, "total_minor": total, "currency": "CNY"} for number, total in money)
    happenings.add("order_placed", orders.customer, orders.placed_at, placed)
    for name, at in (
        ("order_shipped", orders.shipped_at),
        ("order_delivered", orders.delivered_at),
        ("order_cancelled", orders.cancelled_at),
    ):
        did = np.flatnonzero(at)
        happenings.add(name, orders.customer[did], at[did], ({"number": numbers[index]} for index in did))
    back = zip(refunds.order.tolist(), refunds.amount.tolist(), strict=True)
    sent_back: Properties = ({"number": numbers[order], "amount_minor": amount} for order, amount in back)
    happenings.add("order_refunded", orders.customer[refunds.order], refunds.at, sent_back)


def _add_chats(happenings: Happenings, history: History) -> None:
    visits, baskets = history.visits, history.baskets
    skus = [product.sku for product in history.catalogue.products]
    chats = np.flatnonzero(visits.chats)
    rng = np.random.default_rng([history.plan.seed, 100])
    names = [rng.bytes(16).hex() for _ in chats]
    who, at = visits.customer[chats], visits.at[chats]
    languages = [history.people[index].language for index in who]
    happenings.add("chat_started", who, at + 12, ({"language": code} for code in languages), conversation=names)
    understood = [{"intent": "recommend", "confidence": 0.9, "entities": {}} for _ in chats]
    happenings.add("message_understood", who, at + 30, understood, conversation=names)
    shown = ({"products": [skus[product]]} for product in baskets.last[chats].tolist())
    happenings.add("recommendation_shown", who, at + 32, shown, conversation=names)


def _add_answers(happenings: Happenings, campaign: Campaign, *, first_message: int) -> None:
    def told(which: NDArray[np.bool_], **more: str) -> tuple[Ints, Properties]:
        index = np.flatnonzero(which)
        about = {"rule": campaign.name, **more}
        return index, [{"message": first_message + number, **about} for number in index.tolist()]

    everybody = np.ones(len(campaign.treated), dtype=bool)
    at = np.full(len(everybody), campaign.at)
    for name, when, more in (
        ("message_sent", at, {"channel": "email"}),
        ("message_opened", campaign.opened_at, {"actor": "human"}),
        ("message_opened", campaign.machine_opened_at, {"actor": "machine"}),
        ("message_clicked", campaign.clicked_at, {"actor": "human"}),
        ("message_clicked", campaign.machine_clicked_at, {"actor": "machine"}),
        ("unsubscribed", campaign.unsubscribed_at, {"channel": "email", "purpose": campaign.purpose}),
    ):
        index, properties = told(when > 0, **more)
        happenings.add(name, campaign.treated[index], when[index], properties)
