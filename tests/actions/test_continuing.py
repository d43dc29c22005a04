from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from actions.continuing import continues
from actions.turn import Entity, Turn


@dataclass(frozen=True, slots=True)
class Question:
    awaits: frozenset[str]


ABILITIES = {
    "order_status": Question(frozenset({"order_id", "email", "phone"})),
    "marketing_opt_in": Question(frozenset({"email", "yes"})),
}


@pytest.fixture
def turn(now: datetime) -> Turn:
    return Turn(
        conversation_id="0" * 32,
        customer_id=None,
        customer_name="",
        language="zh",
        time_zone="Asia/Shanghai",
        intent="out_of_scope",
        confidence=0.3,
        entities=(),
        text="",
        slots={"asked_for": "order_status"},
        shown=(),
        message_id="1",
        now=now,
    )


def named(kind: str, written: str) -> tuple[Entity, ...]:
    return (Entity(kind, written, written=written),)


@pytest.mark.parametrize(
    ("text", "entities", "taken"),
    [
        ("HM-1001", named("order_id", "HM-1001"), True),
        ("订单号是 HM-1001", named("order_id", "HM-1001"), True),
        ("my email is a@b.example", named("email", "a@b.example"), True),
        ("我要退货，我不想要了，订单号 HM-1001", named("order_id", "HM-1001"), False),
        ("can I still change the address of HM-1001?", named("order_id", "HM-1001"), False),
        ("绿茶", named("category", "tea"), False),
        ("算了", (), False),
    ],
)
def test_a_bare_piece_continues_what_asked_for_it(
    turn: Turn, text: str, entities: tuple[Entity, ...], taken: bool
) -> None:
    assert continues(replace(turn, text=text, entities=entities), ABILITIES) == taken


def test_yes_continues_only_where_yes_was_asked(turn: Turn) -> None:
    yes = replace(turn, intent="affirm", text="好的")
    offered = replace(yes, slots={"asked_for": "marketing_opt_in"})
    assert [continues(one, ABILITIES) for one in (yes, offered)] == [False, True]


@pytest.mark.parametrize("slots", [{}, {"asked_for": "something_else"}])
def test_nothing_continues_what_was_not_asked(turn: Turn, slots: dict[str, str]) -> None:
    one = replace(turn, slots=slots, text="HM-1001", entities=named("order_id", "HM-1001"))
    assert not continues(one, ABILITIES)
