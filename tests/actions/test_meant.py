from __future__ import annotations

import pytest

from actions.attributes import AttributeWords
from actions.meant import Meant, Shown, meant
from actions.pointing import point
from tests.actions.shelf import product

WOOL = product("WOOL", "羊毛围巾", "Wool Scarf", 19900, colour="red,blue", material="wool", size="200×35cm")
SILK = product("SILK", "真丝方巾", "Silk Scarf", 11800, colour="blue", material="silk", size="53×53cm")
MUG = product("MUG", "马克杯", "Mug", 4500, colour="red", size="80ml")
LISTED = (WOOL, SILK, MUG)
KNOWN = {"围巾", "方巾", "scarf", "mug", "马克杯", "teapot"}


def shown(*, focus: object = None, listed: tuple[object, ...] = LISTED) -> Shown:
    return Shown(listed, focus, AttributeWords(LISTED), KNOWN.__contains__)  # type: ignore[arg-type]


def skus(found: Meant) -> tuple[list[str], list[str]]:
    return [one.sku for one in found.products], [one.sku for one in found.unclear]


ALL = ["WOOL", "SILK", "MUG"]


@pytest.mark.parametrize(
    ("text", "products", "unclear"),
    [
        ("the second one", ["SILK"], []),
        ("第一个和最后一个", ["MUG", "WOOL"], []),
        ("倒数第三个", ["WOOL"], []),
        ("第五个", [], ALL),
        ("the first two", ["WOOL", "SILK"], []),
        ("后两款", ["SILK", "MUG"], []),
        ("最便宜的", ["MUG"], []),
        ("the most expensive one", ["WOOL"], []),
        ("the cheapest scarf", ["SILK"], []),
        ("最大的那个", [], ALL),
        ("the silk one", ["SILK"], []),
        ("蓝色的那两条", ["WOOL", "SILK"], []),
        ("the red scarf", ["WOOL"], []),
        ("the teapot", [], []),
        ("the green one", [], ALL),
        ("长柄的那把", [], ALL),
        ("all of them", ALL, []),
        ("这两个", ["WOOL", "SILK"], []),
        ("how much is it", [], ALL),
        ("多少钱", [], ALL),
        ("do you have it in red and silk?", ["WOOL", "SILK", "MUG"], []),
        ("有红色的吗", [], []),
        ("另一个", [], ALL),
    ],
)
def test_meant_of_a_list(text: str, products: list[str], unclear: list[str]) -> None:
    assert skus(meant(point(text), shown())) == (products, unclear)


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("how much is it", ["SILK"]),
        ("有货吗", ["SILK"]),
        ("这个防水吗", ["SILK"]),
        ("do you have five of those", ["SILK"]),
        ("第一个呢", ["WOOL"]),
        ("the red scarf", ["WOOL"]),
    ],
)
def test_meant_beside_one_spoken_of(text: str, products: list[str]) -> None:
    assert skus(meant(point(text), shown(focus=SILK))) == (products, [])


def test_what_was_seen_before_may_be_meant_too() -> None:
    before = Shown((MUG,), MUG, AttributeWords(LISTED), KNOWN.__contains__, seen=LISTED)
    assert skus(meant(point("the silk one"), before)) == (["SILK"], [])


def test_the_other_of_two_is_certain() -> None:
    assert skus(meant(point("另一个呢"), shown(focus=WOOL, listed=(WOOL, SILK)))) == (["SILK"], [])
    assert skus(meant(point("另一个呢"), shown(focus=WOOL))) == ([], ["SILK", "MUG"])


def test_one_alone_is_what_it_means() -> None:
    assert skus(meant(point("is it any good"), shown(listed=(WOOL,)))) == (["WOOL"], [])


def test_nothing_shown_is_nothing_to_point_at() -> None:
    assert meant(point("the first"), shown(listed=())) == Meant()
