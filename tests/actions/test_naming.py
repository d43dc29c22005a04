from __future__ import annotations

import pytest

from actions.naming import called

NAMES = ("雨过天青杯 After-Rain Celadon Cup", "半山云雾绿茶 Halfhill Mist Green Tea")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("the cup", (0,)),
        ("杯子", (0,)),
        ("茶叶那个", (1,)),
        ("green tea please", (1,)),
        ("the one I want to return", ()),
        ("两个都", ()),
        ("cup and tea", ()),
        ("昨天买的那个", ()),
        ("天青那个", (0,)),
    ],
)
def test_called(text: str, places: tuple[int, ...]) -> None:
    assert called(text, NAMES) == places
