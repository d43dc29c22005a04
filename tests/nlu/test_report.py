from __future__ import annotations

from pathlib import Path

import pytest

from nlu.annotations import read_annotations
from nlu.examples import Example
from nlu.folds import Guess
from nlu.hearing import Heard
from nlu.report import report, table


def guess(meant: str, taken: str, inside: float, *, sure: bool = True, language: str = "en", **more: str) -> Guess:
    text, spans = read_annotations(more.get("written", "text"))
    example = Example(text, meant, language, Path("a.yml"), 1, spans)
    named = (("order_id", more["named"]),) if "named" in more else ()
    return Guess(example, Heard(taken, sure, named, inside, inside), 0.002)


FOUND = [
    guess("greet", "greet", 0.9),
    guess("thank", "greet", 0.3, sure=False),
    guess("out_of_scope", "out_of_scope", 0.1),
    guess("order_status", "order_status", 0.8, language="zh", written="订单[10233](order_id)", named="#10233"),
    guess("thank", "greet", 0.7, language="zh", named="4711"),
    guess("out_of_scope", "greet", 0.5, language="zh", sure=False),
    guess("out_of_scope", "thank", 0.75, language="zh"),
]


def test_what_is_not_believed_counts_as_out_of_scope() -> None:
    figures = report(FOUND, 1.0).figures["all"]
    assert figures.utterances == 7
    assert figures.accuracy == pytest.approx(4 / 7)
    assert figures.in_scope_accuracy == 0.5
    assert figures.oos_recall == pytest.approx(2 / 3)


def test_auroc_asks_how_sure_the_likeliest_wish_was() -> None:
    # In scope 0.9 0.3 0.8 0.7 against 0.1 0.5 0.75: nine of twelve pairs stand right.
    assert report(FOUND, 1.0).figures["all"].oos_auroc == pytest.approx(9 / 12)
    assert report(FOUND[:2], 1.0).figures["all"].oos_auroc is None


def test_entities_are_compared_by_what_they_mean() -> None:
    figures = report(FOUND, 1.0).figures
    assert figures["en"].entity_f1 is None
    # One of them rightly found, one found where there is none.
    assert figures["zh"].entity_f1 == pytest.approx(2 / 3)


def test_each_language_has_its_own_macro_f1() -> None:
    figures = report(FOUND, 1.0).figures
    assert list(figures) == ["all", "en", "zh"]
    # greet 1, thank 0, out_of_scope 2/3
    assert figures["en"].macro_f1 == pytest.approx((1 + 0 + 2 / 3) / 3)


def test_the_weakest_and_the_most_confused_come_first() -> None:
    result = report([*FOUND, FOUND[4]], 1.0)
    assert result.weakest[0] == ("thank", 0.0)
    assert result.confused[0] == ("thank", "greet", 2)
    assert len(result.confused) == 3


def test_people_read_the_same_figures() -> None:
    lines = table(report(FOUND, 12.4)).splitlines()
    assert lines[0] == "all: 7 utterances"
    assert "  out of scope: recall 1.000, AUROC 1.000" in lines
    assert "  entities: F1 -" in lines
    assert lines[-1] == "12 s in all, 2.00 ms per utterance"
