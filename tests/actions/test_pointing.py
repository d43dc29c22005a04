from __future__ import annotations

import pytest

from actions.pointing import pointed_at

SHOWN = ("A", "B", "C")


@pytest.mark.parametrize(
    ("text", "skus"),
    [
        ("第二个多少钱", ("B",)),
        ("the second one please", ("B",)),
        ("compare the first and the last", ("A", "C")),
        ("最后那个有货吗", ("C",)),
        ("这个有货吗", ("A",)),
        ("is it dishwasher safe?", ("A",)),
        ("compare the first two", ("A", "B")),
        ("这两个哪个好", ("A", "B")),
        ("the fourth", ()),
        ("how much are wool socks", ()),
    ],
)
def test_pointed_at(text: str, skus: tuple[str, ...]) -> None:
    assert pointed_at(text, SHOWN) == skus


def test_nothing_shown_is_nothing_to_point_at() -> None:
    assert pointed_at("the first", ()) == ()
