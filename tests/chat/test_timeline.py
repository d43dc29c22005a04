"""A timeline is taken as data, whole or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.chat.answers import Answer, parse_answers
from rapport.chat.timeline import MOST_STEPS, parse_timeline

STEP = {"label": "已下单", "at": "3月1日", "done": True}
TIMELINE: dict[str, Any] = {"order": "HM-1", "steps": [STEP, {"label": "已送达", "done": False}]}


def test_a_timeline_is_taken_as_it_is() -> None:
    assert parse_answers([{"text": "在路上"}, {"custom": {"timeline": TIMELINE}}]) == (
        Answer("在路上", timeline=TIMELINE),
    )


def test_what_a_timeline_need_not_have_is_left_out() -> None:
    assert parse_timeline({**TIMELINE, "steps": [{**STEP, "html": "<b>"}], "url": "//evil.example"}) == {
        "order": "HM-1",
        "steps": [STEP],
    }


@pytest.mark.parametrize(
    "change",
    [
        {"order": ""},
        {"order": 7},
        {"steps": []},
        {"steps": [STEP] * (MOST_STEPS + 1)},
        {"steps": ["x"]},
        {"steps": [{"label": "x"}]},
        {"steps": [{"label": "x", "done": "yes"}]},
        {"steps": [{**STEP, "at": 7}]},
        {"steps": [{**STEP, "label": "x" * 121}]},
    ],
)
def test_half_of_a_timeline_is_left_out(change: dict[str, Any]) -> None:
    assert parse_timeline({**TIMELINE, **change}) is None
