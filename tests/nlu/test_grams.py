from __future__ import annotations

from nlu.grams import GramReader
from nlu.words import Splitter


def test_which_order_or_address_it_is_makes_no_difference(splitter: Splitter) -> None:
    reader = GramReader(splitter)
    assert reader.read("where is order 20418") == reader.read("where is order 998877")
    assert reader.read("kim@example.net") == reader.read("li.wei@example.cn")


def test_both_languages_share_concepts(splitter: Splitter) -> None:
    reader = GramReader(splitter)
    english, chinese = reader.read("where is my refund"), reader.read("我的退款到哪了")
    assert {"krefund", "kmine", "kmine+refund"} <= english.keys() & chinese.keys()


def test_message_of_blanks_has_no_words(splitter: Splitter) -> None:
    assert set(GramReader(splitter).read("  ")) == {"w^ $"}
