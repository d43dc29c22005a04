from __future__ import annotations

from pathlib import Path

import pytest

from nlu.goods import Goods, stem


@pytest.fixture(scope="module")
def goods() -> Goods:
    return Goods()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("any rain jackets left", ["rain jackets"]),
        ("a hat and two t-shirts", ["hat", "t-shirts"]),
        # The longest name wins: a bucket hat is one thing.
        ("my bucket hat", ["bucket hat"]),
        ("有没有连衣裙和帽子", ["连衣裙", "帽子"]),
        ("白色t恤", ["t恤"]),
        ("毛呢大衣", ["毛呢大衣"]),
        # One character is a piece of other words too often.
        ("帽", []),
        ("我的伞坏了", []),
        ("where is my order", []),
        ("chatter about hatred", []),
        ("", []),
    ],
)
def test_the_longest_names_of_goods_are_found(goods: Goods, text: str, named: list[str]) -> None:
    assert [text[start:end] for start, end in goods.find(text)] == named


def test_any_lexicon_of_both_languages_will_do(tmp_path: Path) -> None:
    file = tmp_path / "goods.yml"
    file.write_text("ships: {en: [star ship], zh: [飞船]}\n", encoding="utf-8")
    goods = Goods(file)
    assert list(goods.find("two star ships, 飞船")) == [(4, 14), (16, 18)]


@pytest.mark.parametrize(
    ("word", "singular"),
    [
        ("mugs", "mug"),
        ("boxes", "box"),
        ("dishes", "dish"),
        ("watches", "watch"),
        ("dresses", "dress"),
        ("accessories", "accessory"),
        ("mug", "mug"),
        ("dress", "dress"),
        ("gas", "gas"),
        ("茶s", "茶s"),
    ],
)
def test_stem_is_the_singular(word: str, singular: str) -> None:
    assert stem(word) == singular
