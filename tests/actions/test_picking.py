from __future__ import annotations

import pytest

from actions.picking import picked, points


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("第二个", (1,)),
        ("the first and the third one", (0, 2)),
        ("2", (1,)),
        ("最后一个", (2,)),
        ("全部", (0, 1, 2)),
        ("both of them", (0, 1, 2)),
        ("the fifth", ()),
        ("随便", ()),
    ],
)
def test_picked_of_three(text: str, places: tuple[int, ...]) -> None:
    assert picked(text, 3) == places
    assert points(text) == (text != "随便")
