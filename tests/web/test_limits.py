"""A rate limit grants a burst, then a steady pace, to each caller apart."""

from __future__ import annotations

import pytest
from fastapi import HTTPException

from rapport.web import limits
from rapport.web.limits import Limit


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def granted(limit: Limit, caller: str, times: int) -> int:
    count = 0
    for _ in range(times):
        try:
            limit.take(caller)
        except HTTPException:
            continue
        count += 1
    return count


def test_a_burst_then_a_steady_pace() -> None:
    clock = Clock()
    limit = Limit(60, clock)
    assert granted(limit, "a", 100) == 30
    assert granted(limit, "b", 10) == 10
    clock.now = 5.0
    assert granted(limit, "a", 100) == 5


def test_who_is_refused_hears_when_to_come_back() -> None:
    limit = Limit(2, Clock())
    limit.take("a")
    with pytest.raises(HTTPException) as refused:
        limit.take("a")
    assert (refused.value.status_code, refused.value.headers) == (429, {"Retry-After": "31"})


def test_a_burst_may_be_larger_than_the_pace() -> None:
    clock = Clock()
    limit = Limit(2, clock, at_once=8)
    assert granted(limit, "a", 100) == 8
    clock.now = 60.0
    assert granted(limit, "a", 100) == 2


def test_zero_means_no_limit() -> None:
    assert granted(Limit(0, Clock()), "a", 1000) == 1000


def test_callers_long_gone_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMEMBERED", 10)
    clock = Clock()
    limit = Limit(60, clock)
    for number in range(10):
        limit.take(str(number))
    clock.now = 60.0
    limit.take("new")
    assert list(limit._buckets) == ["new"]
