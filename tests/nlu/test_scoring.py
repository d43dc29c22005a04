from __future__ import annotations

import pytest

from nlu.labelled import Labelled
from nlu.scoring import Understood, comparable, entity_f1, measure

Named = tuple[tuple[str, str], ...]


def meant(intent: str, *named: tuple[str, str]) -> Labelled:
    return Labelled("text", intent, named)


def understood(intent: str, *named: tuple[str, str], seconds: float = 0.001) -> Understood:
    return Understood(intent, named, seconds)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("quantity", "两", "2"),
        ("date", "on the 4th", "4th"),
        ("product", "my blue kettle", "blue kettle"),
        ("quantity", "three", "3"),
        ("quantity", "２", "2"),
        ("budget", "US$50", "50"),
        ("budget", "50元", "50"),
        ("budget", "rmb 50", "50"),
        ("budget", "fifty bucks", "50 dollars"),
        ("budget", "¥1,500", "1500"),
        ("budget", "1.5k", "1500"),
        ("budget", "三百块", "300"),
        ("budget", "50.0", "50"),
        ("phone", "+44 20 7946-0958", "442079460958"),
        ("phone", "138 0013 8000", "13800138000"),
        ("order_id", "#10233", "10233"),
        ("order_id", "AB-1029", "ab1029"),
        ("product", "Celadon Mug", "celadon mug"),
        ("product", "綠茶", "绿茶"),
        ("date", "5月20日", "５月20日"),
    ],
)
def test_two_ways_of_writing_the_same_are_equal(kind: str, one: str, other: str) -> None:
    assert comparable((kind, one)) == comparable((kind, other))


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("budget", "50", "500"),
        ("quantity", "a couple", "2"),
        ("order_id", "10233", "10234"),
        ("product", "green tea", "black tea"),
    ],
)
def test_what_differs_stays_apart(kind: str, one: str, other: str) -> None:
    assert comparable((kind, one)) != comparable((kind, other))


def test_same_words_of_another_kind_are_something_else() -> None:
    assert comparable(("quantity", "2")) != comparable(("budget", "2"))


def test_kinds_the_file_never_names_are_not_counted() -> None:
    rows = [meant("a", ("product", "tea")), meant("b")]
    assert entity_f1(rows, [understood("a", ("product", "tea"), ("date", "today")), understood("b")]) == 1.0
    # A kind that it does name counts everywhere.
    assert entity_f1(rows, [understood("a", ("product", "tea")), understood("b", ("product", "cup"))]) == 2 / 3


@pytest.mark.parametrize(
    ("found", "f1"),
    [
        ((("budget", "100"), ("budget", "200")), 1.0),
        ((("budget", "200"),), 2 / 3),
        ((("budget", "200"), ("budget", "200")), 0.5),
        ((), 0.0),
    ],
)
def test_each_thing_named_is_found_once(found: Named, f1: float) -> None:
    assert entity_f1([meant("a", ("budget", "100"), ("budget", "200元"))], [understood("a", *found)]) == f1


def test_measures_of_a_file_with_everything() -> None:
    rows = [meant("a", ("quantity", "两")), meant("a"), meant("b"), meant("out_of_scope")]
    taken = [
        understood("a", ("quantity", "2")),
        understood("c", seconds=0.003),
        understood("b"),
        understood("out_of_scope"),
    ]
    result = measure(rows, taken, train_seconds=2.5)
    assert result.accuracy == 0.75
    assert result.in_scope_accuracy == pytest.approx(2 / 3)
    assert result.oos_recall == result.entity_f1 == 1.0
    # Over the three intents of the file: c, which nobody meant, is no fourth.
    assert result.macro_f1 == pytest.approx((2 / 3 + 1 + 1) / 3)
    assert list(result.per_intent) == ["a", "b", "out_of_scope"]
    a = result.per_intent["a"]
    assert (a.precision, a.recall, a.f1, a.support) == (1.0, 0.5, pytest.approx(2 / 3), 2)
    assert result.parse_ms_p50 == pytest.approx(1.0)
    assert 1.0 < result.parse_ms_p95 < 3.0
    assert result.train_seconds == 2.5


def test_what_a_file_says_nothing_about_is_none() -> None:
    inside = measure([Labelled("text", "a")], [understood("a", ("date", "today"))])
    assert (inside.oos_recall, inside.entity_f1, inside.train_seconds) == (None, None, None)
    assert measure([meant("out_of_scope")], [understood("a")]).in_scope_accuracy is None
