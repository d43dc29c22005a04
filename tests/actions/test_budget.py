from __future__ import annotations

import pytest

from actions.budget import Budget, budget_of
from actions.turn import Entity


@pytest.mark.parametrize(
    ("entities", "budget"),
    [
        ([], None),
        ([Entity("category", "tea")], None),
        ([Entity("budget", "some")], None),
        ([Entity("budget", 100, "at_most")], Budget(None, 10_000)),
        ([Entity("budget", "99.5", "at_least")], Budget(9_950, None)),
        ([Entity("budget", 100, "about")], Budget(8_000, 12_500)),
        ([Entity("budget", 100)], Budget(8_000, 12_500)),
        ([Entity("budget", 1, "at_least", "一")], None),
        ([Entity("budget", 50, "at_least"), Entity("budget", 80, "at_most")], Budget(5_000, 8_000)),
    ],
)
def test_budget_of(entities: list[Entity], budget: Budget | None) -> None:
    assert budget_of(entities, "CNY") == budget


def test_bounds_are_included() -> None:
    assert [Budget(100, 200).allows(price) for price in (99, 100, 200, 201)] == [False, True, True, False]
