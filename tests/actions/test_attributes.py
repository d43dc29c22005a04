from __future__ import annotations

import pytest

from actions.attributes import AttributeWords, size_of, values_in, values_of
from tests.actions.shelf import product

SCARF = product("A", "羊毛围巾", "Wool Scarf", 100, colour="red,blue", material="wool", size="200×35cm")
PLATE = product("B", "盘子", "Plate", 100, feature="dishwasher,foldable")
WORDS = AttributeWords([SCARF, PLATE])


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("红色", {("colour", "red")}),
        ("红", {("colour", "red")}),
        ("red", {("colour", "red")}),
        ("大红", {("colour", "red")}),
        ("羊毛", {("material", "wool")}),
        ("woollen", {("material", "wool")}),
        ("dishwasher", {("feature", "dishwasher")}),
        ("洗碗机", {("feature", "dishwasher")}),
        ("折叠", {("feature", "foldable")}),
        ("scarf", set()),
        ("safe", set()),
        ("green", set()),
        ("turquoise", set()),
    ],
)
def test_a_word_stands_for_values(word: str, values: set[tuple[str, str]]) -> None:
    assert WORDS.means(word) == values


def test_values_of_a_product_and_of_one_attribute() -> None:
    assert values_of(PLATE) == {("feature", "dishwasher"), ("feature", "foldable")}
    assert values_in("colour", SCARF.attributes["colour"]) == {("colour", "red"), ("colour", "blue")}


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("480ml", ("volume", 480.0)),
        ("1.2L", ("volume", 1200.0)),
        ("100g", ("weight", 100.0)),
        ("36cm", ("length", 36.0)),
        ("200×35cm", ("area", 7000.0)),
        ("S–XL", None),
        ("36–44", None),
    ],
)
def test_size_of(written: str, size: tuple[str, float] | None) -> None:
    assert size_of(product("C", "物", "Thing", 1, size=written)) == size


def test_a_product_without_a_size_has_none() -> None:
    assert size_of(PLATE) is None
