from __future__ import annotations

from nlu.grams import GramReader
from nlu.words import Splitter


def test_which_order_or_address_it_is_makes_no_difference(splitter: Splitter) -> None:
    reader = GramReader(splitter)
    assert reader.read("where is order 20418") == reader.read("where is order 998877")
    assert reader.read("kim@example.net") == reader.read("li.wei@example.cn")


def test_characters_of_the_same_sound_share_grams(splitter: Splitter) -> None:
    reader = GramReader(splitter)
    assert {"pfa piao", "pfa", "ppiao"} <= reader.read("发票").keys() & reader.read("发飘").keys()


def test_traditional_characters_read_as_simplified_ones(splitter: Splitter) -> None:
    reader = GramReader(splitter)
    assert reader.read("請問可以退貨嗎") == reader.read("请问可以退货吗")


def test_message_of_blanks_has_no_words(splitter: Splitter) -> None:
    assert set(GramReader(splitter).read("  ")) == {"w^ $"}
