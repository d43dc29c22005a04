from __future__ import annotations

import pytest

from nlu.goods import Goods
from nlu.misspelt import Misspelt

NAMES = ("耳机", "牛仔裤", "mattress", "rain jacket", "hat")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我的耳几坏了", ["耳几"]),
        ("牛崽库", ["牛崽库"]),
        # A letter left out, put in, exchanged, swapped with its neighbour.
        ("matress, mattresss, mattrass, mattrses", ["matress", "mattresss", "mattrass", "mattrses"]),
        ("my rain jackte", ["jackte"]),
        # Well spelt it is no guess, and a short word is near too many others.
        ("耳机 mattress jacket", []),
        ("het hot", []),
        ("", []),
    ],
)
def test_what_is_nearly_a_name_is_found(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in Misspelt(NAMES).find(text)] == found


def test_the_shipped_goods_are_guessed_too() -> None:
    text = "any bluetooth speekers? 电风善"
    assert [text[start:end] for start, end in Goods().guess(text)] == ["电风善", "speekers"]
