"""Every condition holds where it should and nowhere else, and says what it found."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from rapport.marketing.conditions import KINDS, compile_condition
from rapport.marketing.profile import PastEvent, Profile, ScoreNow
from rapport.marketing.said import IN_ENGLISH

NOW = datetime.fromisoformat("2026-03-01T10:00:00+00:00")
MEI = Profile(
    7,
    language="zh",
    segment="loyal",
    scores={"conversion": ScoreNow(0.4), "churn": ScoreNow(0.9)},
    tags=frozenset({"vip"}),
    consents=frozenset({("email", "offers")}),
    events={"order_placed": PastEvent("order_placed", NOW - timedelta(hours=3))},
)
NOBODY = Profile(None)
TRUE: dict[str, Any] = {"tag": "vip"}
FALSE: dict[str, Any] = {"tag": "new"}

TABLE: list[tuple[dict[str, Any], bool, bool]] = [
    # condition, of Mei, of somebody unknown
    ({"all": [TRUE, TRUE]}, True, False),
    ({"all": [TRUE, FALSE]}, False, False),
    ({"any": [FALSE, TRUE]}, True, False),
    ({"any": [FALSE, FALSE]}, False, False),
    ({"not": FALSE}, True, True),
    ({"not": TRUE}, False, True),
    ({"segment": {"in": ["champion", "loyal"]}}, True, False),
    ({"segment": {"in": ["champion"]}}, False, False),
    ({"conversion": {"below": 0.6}}, True, False),
    ({"conversion": {"below": 0.4}}, False, False),
    ({"conversion": {"above": 0.4}}, False, False),
    ({"conversion": {"above": 0.3, "below": 0.5}}, True, False),
    ({"score": {"name": "churn", "above": 0.5}}, True, False),
    ({"score": {"name": "refund", "above": 0.0}}, False, False),
    ({"score": {"name": "refund", "below": 1.0}}, False, False),
    ({"event": "order_placed", "within": "3h"}, True, False),
    ({"event": "order_placed", "within": "179m"}, False, False),
    ({"event": "order_shipped", "within": "52w"}, False, False),
    ({"tag": "vip"}, True, False),
    ({"language": "zh"}, True, True),
    ({"language": "en"}, False, False),
    ({"consent": {"channel": "email", "purpose": "offers"}}, True, False),
    ({"consent": {"channel": "email", "purpose": "newsletter"}}, False, False),
    ({"known": True}, True, False),
    ({"known": False}, False, True),
]


@pytest.mark.parametrize(("data", "of_mei", "of_nobody"), TABLE)
def test_condition_holds(data: dict[str, Any], of_mei: bool, of_nobody: bool) -> None:
    condition = compile_condition(data)
    assert (condition.holds(MEI, NOW), condition.holds(NOBODY, NOW)) == (of_mei, of_nobody)


def test_every_condition_is_in_the_table() -> None:
    assert {next(iter(data)) for data, _, _ in TABLE} == set(KINDS)


@pytest.mark.parametrize(
    ("data", "asked", "of_mei", "of_nobody"),
    [
        ({"segment": {"in": ["new", "loyal"]}}, "segment in new, loyal", "loyal", "no segment yet"),
        ({"conversion": {"above": 0.1, "below": 0.6}}, "conversion above 0.1 and below 0.6", "0.4", "no score yet"),
        ({"score": {"name": "churn", "above": 0.5}}, "churn above 0.5", "0.9", "no score yet"),
        ({"event": "order_placed", "within": "48h"}, "order_placed within 2d",
         "last at 2026-03-01 07:00 UTC", "never"),
        ({"tag": "new"}, "tag new", "vip", "no tags"),
        ({"language": "en"}, "language en", "zh", "zh"),
        ({"consent": {"channel": "email", "purpose": "offers"}}, "consent to offers by email", "offers by email",
         "no consent"),
        ({"known": True}, "a known customer", "a known customer", "somebody unknown"),
    ],
)  # fmt: skip
def test_condition_tells_what_it_asked_and_found(
    data: dict[str, Any], asked: str, of_mei: str, of_nobody: str
) -> None:
    condition = compile_condition(data)
    told = [IN_ENGLISH(each) for each in (condition.asked, condition.actual(MEI, NOW), condition.actual(NOBODY, NOW))]
    assert told == [asked, of_mei, of_nobody]


def test_an_event_from_a_clock_that_is_ahead_counts() -> None:
    ahead = replace(MEI, events={"order_placed": PastEvent("order_placed", NOW + timedelta(minutes=50))})
    assert compile_condition({"event": "order_placed", "within": "1h"}).holds(ahead, NOW) is True
