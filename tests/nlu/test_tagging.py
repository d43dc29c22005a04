from __future__ import annotations

from typing import Any

import pytest

from nlu.annotations import Span
from nlu.examples import Example
from nlu.folding import fold
from nlu.pieces import pieces
from nlu.tagger import tag_reader
from nlu.tagging import TagReader, labels, spans
from nlu.words import Splitter


@pytest.fixture(scope="module")
def reader(splitter: Splitter) -> TagReader:
    return tag_reader(splitter)


def test_chinese_goes_by_the_character_and_all_else_by_the_run() -> None:
    found = [(piece.text, piece.shape) for piece in pieces("买2个mug_🙂 !")]
    assert found == [
        *(("买", "han"), ("2", "digits"), ("个", "han"), ("mug", "letters")),
        *(("_", "other"), ("🙂", "other"), ("!", "other")),
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("the oak bookshelf, please", [Span("product", 4, 17)]),
        ("胡桃木书架多少钱", [Span("product", 0, 5)]),
        # Two of a kind side by side stay two.
        ("tea cups", [Span("category", 0, 3), Span("category", 4, 8)]),
        ("order ab-1029 today", [Span("order_id", 6, 13), Span("date", 14, 19)]),
        ("hello", []),
        ("", []),
    ],
)
def test_labels_and_spans_are_inverse(text: str, named: list[Span]) -> None:
    found = pieces(text)
    assert spans(found, labels(found, named)) == named


def test_every_shipped_annotation_survives_the_round_trip(shipped: list[Example]) -> None:
    """What the lines name begins and ends where a piece does; else it could not be learned."""
    lost = []
    for example in shipped:
        folded = fold(example.text)
        found = pieces(folded.text)
        spelled = spans(found, labels(found, example.spans))
        if len(folded.text) == len(example.text) and spelled != list(example.spans):
            lost.append(example.place)
    assert lost == []


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        # A sequence model may begin inside, or change its mind half-way: either is read as a new thing.
        (["I-product", "I-product", "O"], [Span("product", 0, 2)]),
        (["B-product", "I-category", "I-category"], [Span("product", 0, 1), Span("category", 1, 3)]),
        (["B-product", "O", "I-product"], [Span("product", 0, 1), Span("product", 2, 3)]),
    ],
)
def test_any_tags_spell_something(tags: list[str], found: list[Any]) -> None:
    assert spans(pieces("胡桃木"), tags) == found


def test_each_piece_is_seen_with_its_neighbours_patterns_and_goods(reader: TagReader) -> None:
    found, features = reader.read("order 20418 hat")
    assert [piece.text for piece in found] == ["order", "20418", "hat"]
    assert {"-1=<", "0=order", "+1=20418", "+2=hat", "letters"} <= set(features[0])
    assert {"pattern=B-order_id", "goods+1=B-goods", "digits=5"} <= set(features[1])
    assert {"goods=B-goods", "pattern-1=B-order_id", "+1=>"} <= set(features[2])


def test_an_empty_text_has_no_pieces(reader: TagReader) -> None:
    assert reader.read("  ") == ([], [])
