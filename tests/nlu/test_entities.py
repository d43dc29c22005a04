from __future__ import annotations

from typing import Any

import pytest

from nlu.entities import pattern_entities
from nlu.folding import fold

Found = list[tuple[Any, ...]]


def found(text: str) -> Found:
    return [
        (entity.kind, entity.value, entity.role) if entity.role else (entity.kind, entity.value)
        for entity in pattern_entities(fold(text).text)
    ]


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        # order numbers
        ("where is order #20418?", [("order_id", "20418")]),
        ("my order number is 884213", [("order_id", "884213")]),
        ("A1029", [("order_id", "a1029")]),
        ("订单号是10233，麻烦看下", [("order_id", "10233")]),
        ("20418这个订单怎么还没到", [("order_id", "20418")]),
        ("查一下 R-5521", [("order_id", "r-5521")]),
        ("cancel order 100245 please", [("order_id", "100245")]),
        # addresses and numbers
        ("it's kim.lee+shop@example.co.uk.", [("email", "kim.lee+shop@example.co.uk")]),
        ("邮箱是li@example.com谢谢", [("email", "li@example.com")]),
        ("我的手机13800138000", [("phone", "13800138000")]),
        ("call me on +44 20 7946 0958", [("phone", "+44 20 7946 0958")]),
        ("电话 0571-88120000", [("phone", "0571-88120000")]),
        ("my phone number is 555-010-4477", [("phone", "555-010-4477")]),
        # money
        ("a kettle under $40", [("budget", 40, "at_most")]),
        ("预算300以内的耳机", [("budget", 300, "at_most")]),
        ("不超过两百块的杯子", [("budget", 200, "at_most")]),
        ("500元以上的礼盒", [("budget", 500, "at_least")]),
        ("at least 50 euros", [("budget", 50, "at_least")]),
        ("around 30 dollars", [("budget", 30, "about")]),
        ("一千五左右的", [("budget", 1500, "about")]),
        ("大概1.5k的相机", [("budget", 1500, "about")]),
        ("between 50 and 100 euros", [("budget", 50, "at_least"), ("budget", 100, "at_most")]),
        ("100到200元的台灯", [("budget", 100, "at_least"), ("budget", 200, "at_most")]),
        ("my budget is 1,500", [("budget", 1500, "at_most")]),
        ("no more than 80 bucks", [("budget", 80, "at_most")]),
        # how many
        ("I'd like 3 pieces", [("quantity", 3)]),
        ("要两个", [("quantity", 2)]),
        ("买20件有优惠吗", [("quantity", 20)]),
        ("two of them please", [("quantity", 2)]),
        ("来一盒", [("quantity", 1)]),
        # days
        ("ordered last Friday", [("date", "last friday")]),
        ("5月20日下的单", [("date", "5月20日")]),
        ("昨天买的", [("date", "昨天")]),
        ("arrived on March 3rd", [("date", "march 3rd")]),
        ("上周三就该到了", [("date", "上周三")]),
        ("2026-02-11", [("date", "2026-02-11")]),
        ("we move in August.", [("date", "august")]),
        ("by the end of the month", [("date", "the end of the month")]),
        ("bought it three years ago", [("date", "three years ago")]),
        ("came this morning", [("date", "this morning")]),
        ("not since last year", [("date", "last year")]),
        ("上上周买的", [("date", "上上周")]),
        ("昨儿个下的单", [("date", "昨儿个")]),
        ("月底之前要用", [("date", "月底")]),
        ("双十二有活动吗", [("date", "双十二")]),
        # nothing of the kind
        ("return within 30 days", []),
        ("三个工作日内", []),
        ("有一个问题", []),
        ("what is 20% off", []),
        ("hello", []),
        ("10/10, open 24/7", []),
        ("carry it to the 5th floor", []),
        ("may I ask", []),
        ("see last year's offer", []),
        ("每周一次", []),
        ("每月底付", []),
    ],
)
def test_entities_are_found_by_their_shape(text: str, entities: Found) -> None:
    assert found(text) == entities


def test_several_entities_stand_in_the_order_of_the_text() -> None:
    assert found("order 20418, mail li@example.com, sent yesterday") == [
        ("order_id", "20418"),
        ("email", "li@example.com"),
        ("date", "yesterday"),
    ]
