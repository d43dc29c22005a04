from __future__ import annotations

from itertools import combinations
from pathlib import Path

from nlu.annotations import read_annotations
from nlu.examples import Example
from nlu.likeness import lookalikes, pieces_of


def example(text: str, intent: str) -> Example:
    plain, spans = read_annotations(text)
    return Example(plain, intent, "en", Path("a.yml"), 1, spans)


def test_what_is_named_counts_as_its_kind_and_an_emoji_as_a_letter() -> None:
    assert pieces_of(example("A [mug](product)?", "x")) == {"^a<product>", "a<product>$"}
    assert pieces_of(example("📦 !", "x")) == {"^📦$"}
    assert pieces_of(example("?", "x")) == set()


def test_no_pair_is_missed(shipped: list[Example]) -> None:
    few = shipped[::97]
    pieces = {index: pieces_of(example) for index, example in enumerate(few)}
    expected = {
        (one, other)
        for one, other in combinations(pieces, 2)
        if few[one].intent != few[other].intent
        if len(pieces[one] & pieces[other]) >= 0.2 * len(pieces[one] | pieces[other]) > 0
    }
    found = {(few.index(pair.first), few.index(pair.second)) for pair in lookalikes(few, 0.2)}
    assert found == expected
    assert found


def test_lines_of_one_intent_may_be_alike() -> None:
    assert list(lookalikes([example("where is it", "order_status"), example("where is it?", "order_status")])) == []
