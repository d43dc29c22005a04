from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rapport.learning.errors import NotEnoughDataError
from rapport.learning.moments import moments_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def test_moments_of_a_shop_that_sells_today_end_now() -> None:
    moments = moments_of(NOW - 400 * DAY, NOW - timedelta(hours=3), now=NOW)
    assert moments.reference == NOW
    assert moments.held_out == NOW - 30 * DAY
    assert moments.cutoffs == tuple(NOW - days * DAY for days in (60, 90, 120, 150, 180, 210))


def test_moments_of_old_data_end_just_after_its_newest_order() -> None:
    newest = datetime(2010, 12, 9, 20, 1, tzinfo=UTC)
    assert moments_of(newest - 373 * DAY, newest, now=NOW).reference == newest + timedelta(seconds=1)


def test_orders_dated_in_the_future_do_not_move_the_end() -> None:
    assert moments_of(NOW - 400 * DAY, NOW + 30 * DAY, now=NOW).reference == NOW


def test_cutoffs_leave_a_month_of_past_before_each() -> None:
    assert moments_of(NOW - 125 * DAY, NOW - DAY, now=NOW).cutoffs == (NOW - 60 * DAY, NOW - 90 * DAY)


def test_too_short_a_past_is_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="the orders cover 80 days; at least 90 are needed"):
        moments_of(NOW - 80 * DAY, NOW, now=NOW)
