from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import yaml

from bench.utterance import Utterance, drawn, write_csv, write_training_data

NAMED = Utterance("cancel 10233, not 10244", "cancel_order", (("order_id", 7, 12), ("order_id", 18, 23)))
PLAIN = Utterance("你好，在吗", "greet")


def test_entities_are_written_as_json(tmp_path: Path) -> None:
    with write_csv(tmp_path / "rows.csv", [NAMED, PLAIN]).open(encoding="utf-8", newline="") as opened:
        rows = list(csv.reader(opened))
    assert rows == [
        ["text", "intent", "entities"],
        ["cancel 10233, not 10244", "cancel_order", '{"order_id": ["10233", "10244"]}'],
        ["你好，在吗", "greet", ""],
    ]


def test_rows_that_name_nothing_have_no_column_for_it(tmp_path: Path) -> None:
    with write_csv(tmp_path / "rows.csv", [PLAIN]).open(encoding="utf-8", newline="") as opened:
        rows = list(csv.reader(opened))
    assert rows == [["text", "intent"], ["你好，在吗", "greet"]]


def test_training_data_have_their_entities_in_the_line(tmp_path: Path) -> None:
    file = write_training_data(tmp_path / "nlu.yml", [NAMED, PLAIN, Utterance("hi\nthere", "greet")])
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"] == [
        {"intent": "cancel_order", "examples": "- cancel [10233](order_id), not [10244](order_id)\n"},
        {"intent": "greet", "examples": "- 你好，在吗\n- hi there\n"},
    ]


def test_a_draw_takes_so_many_of_each_intent_and_the_same_ones_again() -> None:
    rows = [Utterance(f"{intent} {number}", intent) for intent in ("a", "b") for number in range(10)]
    rows.append(Utterance("alone", "c"))
    draw = drawn(rows, per_intent=3, seed=7)
    assert Counter(row.intent for row in draw) == {"a": 3, "b": 3, "c": 1}
    assert len(set(draw)) == len(draw)
    assert drawn(rows, per_intent=3, seed=7) == draw
    assert drawn(rows, per_intent=3, seed=8) != draw
