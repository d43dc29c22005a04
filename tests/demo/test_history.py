"""The simulated past is plausible: what a shop's own numbers look like."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from demo.catalogue import load_catalogue
from demo.history import History, Plan, make_history

UNTIL = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def history() -> History:
    """A past large enough for shares to settle."""
    return make_history(Plan(seed=7, customers=3000, until=UNTIL), CATALOGUE)


def test_spending_is_as_unequal_as_in_real_shops(history: History) -> None:
    spent = np.sort(np.bincount(history.orders.customer, weights=history.orders.total, minlength=3000))[::-1]
    assert 0.6 < spent[:600].sum() / spent.sum() < 0.85
    orders = np.bincount(history.orders.customer, minlength=3000)
    assert 0.45 < (orders > 1).sum() / (orders > 0).sum() < 0.7
    assert 0.02 < history.refunds.amount.sum() / history.orders.total.sum() < 0.09


def test_customers_speak_both_languages_and_sleep_at_night(history: History) -> None:
    assert 0.52 < np.mean([person.language == "zh" for person in history.people]) < 0.58
    shanghai = np.array([person.zone == "Asia/Shanghai" for person in history.people])
    hours = (history.visits.at[shanghai[history.visits.customer]] // 3600 + 8) % 24
    assert np.mean((hours >= 2) & (hours < 6)) < 0.05 < np.mean((hours >= 20) & (hours < 22))


def test_great_sales_are_busier_than_other_weeks(history: History) -> None:
    def visits(begin: datetime, days: int) -> int:
        low = begin.timestamp()
        return int(((history.visits.at >= low) & (history.visits.at < low + days * 86_400)).sum())

    sale = visits(datetime(2025, 11, 1, tzinfo=UTC), 12)
    assert sale > 1.4 * visits(datetime(2025, 10, 10, tzinfo=UTC), 12)


def test_mails_sell_more_to_those_whom_they_move(history: History) -> None:
    """The truth the uplift model is held against: the treated buy more, and most where the trait says so."""
    orders, gain = history.orders, []
    for moved in (True, False):
        bought = {"treated": [0, 0], "held_out": [0, 0]}
        for campaign in history.campaigns:
            soon = (orders.placed_at > campaign.at) & (orders.placed_at < campaign.at + 14 * 86_400)
            for arm in bought:
                group = getattr(campaign, arm)
                group = group[(history.traits.mailing_effect[group] > 0.1) == moved]
                bought[arm][0] += int(np.isin(group, orders.customer[soon]).sum())
                bought[arm][1] += len(group)
        gain.append(bought["treated"][0] / bought["treated"][1] - bought["held_out"][0] / bought["held_out"][1])
    assert gain[0] > 0.03
    assert gain[0] > gain[1] + 0.02
