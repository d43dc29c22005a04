from __future__ import annotations

from typing import Any

import pytest

from actions.pointing import Extreme, Pointing, point

CHEAP, DEAR, BIG, SMALL = Extreme("price", -1), Extreme("price", 1), Extreme("size", 1), Extreme("size", -1)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("第二个多少钱", (2,)),
        ("the second one please", (2,)),
        ("第十款", (10,)),
        ("the 10th", (10,)),
        ("number three", (3,)),
        ("2号", (2,)),
        ("no. 4", (4,)),
        ("最后那个有货吗", (-1,)),
        ("the last one you showed me", (-1,)),
        ("倒数第二个", (-2,)),
        ("second to last", (-2,)),
        ("the third-last one", (-3,)),
        ("penultimate", (-2,)),
        ("compare the first and the last", (-1, 1)),
        ("第一个和第三个比一比", (1, 3)),
        ("how much are wool socks", ()),
    ],
)
def test_places(text: str, places: tuple[int, ...]) -> None:
    assert point(text).places == places


@pytest.mark.parametrize(
    ("text", "run"),
    [("compare the first two", 2), ("前三个", 3), ("the last two", -2), ("最后两款", -2), ("the last one", 0)],
)
def test_runs(text: str, run: int) -> None:
    assert point(text).run == run


@pytest.mark.parametrize(
    ("text", "extreme", "than"),
    [
        ("which one is the cheapest?", CHEAP, None),
        ("what about the cheaper one?", CHEAP, None),
        ("便宜的那个呢", CHEAP, None),
        ("最贵的是哪款", DEAR, None),
        ("the priciest", DEAR, None),
        ("最大的那个", BIG, None),
        ("the smallest", SMALL, None),
        ("有没有便宜一点的", None, CHEAP),
        ("anything cheaper than that?", None, CHEAP),
        ("太贵了", None, CHEAP),
        ("再贵点也行", None, DEAR),
        ("do you have it bigger?", None, BIG),
        ("小一号的", None, SMALL),
    ],
)
def test_extremes(text: str, extreme: Extreme | None, than: Extreme | None) -> None:
    assert (point(text).extreme, point(text).than) == (extreme, than)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("另一个呢", {"other": True}),
        ("and the other one?", {"other": True, "one": True}),
        ("这两个哪个好", {"every": True, "of_them": 2, "asked": "compare"}),
        ("compare both", {"every": True, "asked": "compare"}),
        ("这个有货吗", {"this": True, "asked": "stock"}),
        ("how much is it?", {"this": True, "asked": "price"}),
        ("还有别的吗", {"more": True}),
        ("show me more", {"more": True}),
        ("还有什么颜色", {"values_of": "colour"}),
        ("what is it made of?", {"values_of": "material"}),
        ("不是，我是说茶壶", {"corrects": True, "words": ("茶壶",)}),
        ("no, I meant the teapot", {"corrects": True, "definite": True, "words": ("teapot",)}),
        ("红色的那个", {"definite": True, "one": True, "words": ("红色",)}),
        ("the red one", {"definite": True, "one": True, "words": ("red",)}),
        ("the red scarf", {"definite": True, "words": ("red", "scarf")}),
        ("不要羊毛的", {"without": ("羊毛",)}),
        ("anything but wool", {"without": ("wool",)}),
        ("能便宜点吗", {"than": CHEAP, "bargains": True}),
        ("类似的还有吗", {"more": True}),
        ("只有这些吗", {"more": True}),
        ("给我来两块", {"bargains": True, "count": 2}),
        ("买三条一共多少钱", {"asked": "price", "count": 3}),
        ("how much for three?", {"asked": "price", "count": 3}),
        ("do you have 12 of those", {"every": True, "count": 12}),
        ("有一个吗", {}),
        ("which of these is bigger", {"extreme": BIG}),
        ("what does it come in", {"this": True}),
    ],
)
def test_what_a_message_says(text: str, seen: dict[str, Any]) -> None:
    assert point(text) == Pointing(**seen)


def test_what_says_something_else_is_not_read() -> None:
    assert point("西施紫砂壶第一次买", ignoring=["西施紫砂壶"]).words == ("第一次",)
    assert point('/product_details{"product": "A"}') == Pointing()


@pytest.mark.parametrize(
    ("text", "strongly", "at_all"),
    [("第二个", True, True), ("how much is it", False, True), ("hello there", False, False)],
)
def test_how_surely_it_points(text: str, strongly: bool, at_all: bool) -> None:
    assert (point(text).strongly, point(text).at_all) == (strongly, at_all)
