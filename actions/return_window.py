"""Until when an order may go back: the shop's days, counted where the customer lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from actions.formats import local_day
from actions.turn import Turn
from rapport.store.orders import Order


@dataclass(frozen=True, slots=True)
class ReturnWindow:
    """`last_day` is included; None where nobody noted the delivery, which is not the customer's fault."""

    last_day: date | None
    open: bool


def return_window(order: Order, turn: Turn, days: int) -> ReturnWindow:
    """Nothing goes back before it has arrived."""
    if order.delivered_at is None:
        return ReturnWindow(None, open=order.status == "delivered")
    last_day = local_day(order.delivered_at, turn.time_zone) + timedelta(days=days)
    in_time = local_day(turn.now, turn.time_zone) <= last_day
    return ReturnWindow(last_day, open=order.status == "delivered" and in_time)
