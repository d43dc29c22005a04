from __future__ import annotations

import pytest

from nlu.clues import marks
from nlu.pieces import pieces
from nlu.tagger import tag_reader
from nlu.tagging import TagReader
from nlu.words import Splitter


@pytest.fixture(scope="module")
def reader(splitter: Splitter) -> TagReader:
    return tag_reader(splitter)


def clues(reader: TagReader, text: str, seen: str, intent: str = "") -> list[str]:
    found, all_clues = reader.read(text, intent)
    return next(those for piece, those in zip(found, all_clues, strict=True) if piece.text == seen)


def test_marks_say_where_something_begins_and_goes_on() -> None:
    assert marks(pieces("a blue hat"), [("goods", 2, 10)]) == ["", "B-goods", "I-goods"]


@pytest.mark.parametrize(
    ("text", "seen", "lead"),
    [
        ("is my new kettle here", "kettle", "new"),
        ("any steel kettle", "kettle", "any"),
        ("three kettle", "kettle", "numeral"),
        # Not from another clause, and not from far away.
        ("my order, kettle", "kettle", ""),
        ("my very very old and dented kettle", "kettle", ""),
        ("这杯", "杯", "这"),
    ],
)
def test_what_leads_up_to_a_name_is_seen(reader: TagReader, text: str, seen: str, lead: str) -> None:
    assert [clue for clue in clues(reader, text, seen) if clue.startswith("lead=") and "," not in clue] == [
        f"lead={lead}"
    ]


def test_a_numeral_sees_how_far_the_goods_are(reader: TagReader) -> None:
    assert "numeral,goods ahead=2" in clues(reader, "eleven blue hats", "eleven")
    assert "numeral,goods ahead=0" in clues(reader, "eleven days", "eleven")


def test_goods_are_counted_in_a_text(reader: TagReader) -> None:
    assert "nth=2 of 2" in clues(reader, "a hat and a scarf", "scarf")
    assert "nth=1 of 2,intent=complaint" in clues(reader, "a hat and a scarf", "hat", "complaint")


def test_a_chinese_character_sees_the_words_around_its_own(reader: TagReader) -> None:
    assert {"word=帽子", "word-1=一顶", "word+1=退"} <= set(clues(reader, "一顶帽子退", "帽"))


def test_a_misspelt_name_is_hinted_at(reader: TagReader) -> None:
    assert "misspelt=B-goods" in clues(reader, "my matress", "matress")
    assert [clue for clue in clues(reader, "my mattress", "mattress") if clue.startswith("misspelt")] == []
