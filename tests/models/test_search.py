"""A shop's shelf of eight, asked for the way people ask."""

from __future__ import annotations

import tracemalloc

import pytest

from models.search import CatalogueSearch, Entry, Hit
from models.words import near, singular, words

SHELF = (
    Entry(1, "雨过天青杯 After-Rain Celadon Cup", "茶具杯壶 Teaware 青色 teal 陶瓷 ceramic", "每只都不一样。"),
    Entry(2, "朱砂马克杯 Vermilion Mug", "茶具杯壶 Teaware 红色 red 陶瓷 ceramic", "A mug for every day."),
    Entry(3, "西施紫砂壶 Xishi Clay Teapot", "茶具杯壶 Teaware 棕色 brown 紫砂 purple clay", "Pours cleanly."),
    Entry(4, "玫瑰红茶 Rose Black Tea", "茶叶 Tea 花香 floral", "配一只红色的杯子最好看。"),
    Entry(5, "半山云雾绿茶 Halfhill Mist Green Tea", "茶叶 Tea 清鲜 fresh", "Spring leaves."),
    Entry(6, "防泼水通勤双肩包 Rainy-Day Backpack", "包袋箱 Bags 防水 waterproof 灰色 grey", "Fits a laptop."),
    Entry(7, "毛线帽 Knitted Beanie", "鞋帽配饰 Accessories 红色 red 羊毛 wool", "Warm ears."),
    Entry(8, "三十升徒步包 30-Litre Hiking Pack", "包袋箱 Bags 防水 waterproof 绿色 green", "Two bottles fit."),
)
SEARCH = CatalogueSearch(SHELF)


def found(query: str, **options: int) -> list[int]:
    return [hit.id for hit in SEARCH.find(query, **options)]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("红色的杯子", 2),
        ("有没有红色的马克杯？", 2),
        ("a red mug under 100", 2),
        ("do you have any MUGS", 2),
        ("紫砂壶多少钱", 3),
        ("ｔｅａｐｏｔ", 3),
        ("绿茶", 5),
        ("green tea for my mum's birthday", 5),
        ("green tea please", 5),
        ("a waterproof backpack for my laptop", 6),
        ("我想要一顶红色的羊毛帽子", 7),
    ],
)
def test_find_puts_what_was_asked_for_first(query: str, best: int) -> None:
    assert found(query, count=1) == [best]


@pytest.mark.parametrize("query", ["teapto", "tepot", "teeapot", "teapit"])
def test_find_forgives_a_slip(query: str) -> None:
    assert found(query) == [3]


def test_a_wall_of_letters_costs_no_memory() -> None:
    tracemalloc.start()
    assert found("a" * 4096) == []
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000


@pytest.mark.parametrize("query", ["你们卖手机吗", "a washing machine", "我想看看你们店里有什么", "", "100", "😀"])
def test_find_says_nothing_rather_than_anything(query: str) -> None:
    assert SEARCH.find(query) == []


def test_find_takes_a_noun_for_what_names_end_in() -> None:
    assert found("背包") == [6, 8]


def test_find_does_not_take_red_tea_for_red() -> None:
    assert found("红色") == [2, 7]


def test_find_heeds_descriptions_where_no_name_or_label_answers() -> None:
    assert (found("laptop"), found("笔记本 laptop")) == ([6], [6])
    assert 4 not in found("杯子")  # a tea whose description speaks of a cup


def test_find_tells_how_much_of_the_question_is_answered() -> None:
    whole, nearest = SEARCH.find("绿茶", count=1), SEARCH.find("purple mug", count=1)
    assert (whole[0].coverage, nearest[0].id, nearest[0].coverage < 1) == (1.0, 2, True)


def test_find_gives_no_more_than_was_asked_for_and_the_same_order_every_time() -> None:
    assert (found("waterproof bags", count=1), found("waterproof bags")) == ([6], [6, 8])


def test_an_empty_catalogue_finds_nothing() -> None:
    assert CatalogueSearch([]).find("tea") == []


def test_one_product_is_found_by_its_name() -> None:
    assert [type(hit) for hit in CatalogueSearch(SHELF[:1]).find("celadon")] == [Hit]


def test_find_knows_other_words_for_the_same_kind_of_thing() -> None:
    assert (found("beanie"), found("cap"), found("雨帽帽子")) == ([7], [7], [7])


def test_find_takes_a_name_in_one_piece_for_the_word() -> None:
    assert found("红茶")[0] == 4


def test_find_takes_three_characters_in_a_row_for_one_word() -> None:
    search = CatalogueSearch(
        (Entry(1, "水洗棉四件套 Bed Set"), Entry(2, "羊毛手套 Gloves"), Entry(3, "锅铲套装 Spatulas"))
    )
    assert [hit.id for hit in search.find("看看四件套")] == [1]


def test_find_takes_another_word_for_a_thing_only_as_it_stands() -> None:
    search = CatalogueSearch(
        (Entry(1, "轻行登机箱 Suitcase"), Entry(2, "软式保冷箱 Cooler"), Entry(3, "口袋折叠伞 Umbrella"))
    )
    assert [[hit.id for hit in search.find(query)] for query in ("行李箱", "雨伞")] == [[1], [3]]


def test_knows_tells_what_anything_here_is_described_by() -> None:
    assert [SEARCH.knows(word) for word in ("mug", "teapto", "羊毛", "手机", "phone")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_words_are_folded_and_singular() -> None:
    assert words("Ｔｅａ Cups does 500ml") == ["tea", "cup", "does", "500ml"]


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("mugs", "mug"),
        ("boxes", "box"),
        ("candies", "candy"),
        ("glass", "glass"),
        ("gas", "gas"),
        ("knives", "knife"),
        ("scarves", "scarf"),
    ],
)
def test_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


def test_near_does_not_cut_a_word_down_to_another() -> None:
    assert "table" not in near("tablet")
