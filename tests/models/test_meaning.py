from __future__ import annotations

import pytest

from models.meaning import concepts, features
from models.words import fold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("谁出退货的邮费", ["fee", "ship", "send_back", "who_pays"]),
        ("do I pay return shipping", ["ship", "send_back", "who_pays"]),
        ("ＤＯ ＹＯＵ ＳＨＩＰ ＡＢＲＯＡＤ", ["ship", "abroad"]),
        ("你好", []),
    ],
)
def test_concepts_are_the_same_in_both_languages(text: str, expected: list[str]) -> None:
    assert set(expected) <= set(concepts(fold(text)))


def test_a_word_that_only_asks_weighs_little() -> None:
    found = features("do you wrap presents")
    assert found["word:do"] < found["word:wrap"] < found["concept:present"]


def test_two_concepts_together_say_more() -> None:
    assert "concepts:abroad ship" in features("can you ship abroad")


def test_pieces_bridge_what_a_splitter_parts() -> None:
    assert {"piece:运费", "piece:费"} <= set(features("运费"))
    assert "piece:<pack" in features("packaging")


def test_nothing_is_no_feature() -> None:
    assert features("") == {}
