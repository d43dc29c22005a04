"""Formatted text: what is measured, cut and made harmless."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rapport.messaging.telegram.rich import Rich, bold, joined, link, pieces, plain, shortened, units

# What strangers write: any character, and more often than by chance those that break something.
HOSTILE = st.text(st.one_of(st.characters(), st.sampled_from("*_`[]()~>#+-=|{}.!\\\n\u202e👩\u200d\u0301🇨 。")))


def formatted(rich: Rich) -> list[tuple[str, str]]:
    """What a client makes of the entities: (kind, the words they cover), counting in UTF-16 code units."""
    raw = rich.text.encode("utf-16-le")
    return [
        (one["type"], raw[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le"))
        for one in rich.entities()
    ]


def test_offsets_are_counted_in_utf_16_code_units() -> None:
    rich = plain("👋 ") + bold("茶🍵") + plain(" & ") + link("here", "https://shop.example/")
    assert formatted(rich) == [("bold", "茶🍵"), ("text_link", "here")]
    assert rich.entities()[0] == {"type": "bold", "offset": 3, "length": 3}


def test_markdown_stays_what_a_stranger_wrote() -> None:
    rich = bold("*_[x](http://evil.example)_*`||>\\")
    assert (rich.text, formatted(rich)) == ("*_[x](http://evil.example)_*`||>\\", [("bold", rich.text)])


def test_what_controls_or_turns_a_line_is_left_out() -> None:
    assert plain("a\x00b\u202ec\x1b[31m\u2066d\r\ne\ud800").text == "abc[31md\ne\ufffd"


def test_a_long_text_is_cut_where_a_reader_pauses() -> None:
    first, second = "茶" * 60 + "。", "水" * 60
    assert [piece.text for piece in pieces(plain(first + second), 100)] == [first, second]


def test_a_long_name_without_a_pause_is_cut_between_characters() -> None:
    assert [piece.text for piece in pieces(plain("🍵" * 7), 5)] == ["🍵🍵", "🍵🍵", "🍵🍵", "🍵"]


def test_a_family_is_not_torn_apart() -> None:
    family = "👩\u200d👩\u200d👧"
    assert [piece.text for piece in pieces(plain("xx" + family), 9)] == ["xx", family]


def test_formatting_goes_on_in_the_next_piece() -> None:
    parts = pieces(plain("see ") + bold("one two three") + plain(" end"), 12)
    assert [(part.text, formatted(part)) for part in parts] == [
        ("see one two", [("bold", "one two")]),
        ("three end", [("bold", "three")]),
    ]


def test_a_text_of_white_space_is_nothing() -> None:
    assert pieces(plain(" \n\t ")) == []


def test_what_is_shortened_says_so() -> None:
    assert (shortened(plain("abcdef"), 4).text, shortened(plain("abcd"), 4).text) == ("abc…", "abcd")


@given(st.lists(st.tuples(HOSTILE, st.booleans()), max_size=6), st.integers(min_value=2, max_value=40))
def test_pieces_fit_lose_no_word_and_cover_what_was_covered(words: list[tuple[str, bool]], most: int) -> None:
    whole = joined((bold(text) if heavy else plain(text) for text, heavy in words), "\n")
    parts = pieces(whole, most)
    assert all(0 < units(part.text) <= most and part.text == part.text.strip() for part in parts)
    assert "".join("".join(part.text for part in parts).split()) == "".join(whole.text.split())
    covered = "".join(text for part in parts for _, text in formatted(part))
    assert "".join(covered.split()) == "".join("".join(text for _, text in formatted(whole)).split())
