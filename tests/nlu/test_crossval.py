from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT

from nlu.crossval import Guess, guesses, held_out, main, report
from nlu.examples import Example, read_examples


def guess(meant: str, taken: str, confidence: float) -> Guess:
    return Guess(Example("text", meant, "en", Path("a.yml"), 1), taken, confidence)


def test_report_counts_unsure_guesses_as_out_of_scope() -> None:
    found = [guess("greet", "greet", 0.9), guess("thank", "greet", 0.1), guess("out_of_scope", "thank", 0.2)]
    result = report(found, 0.3)
    assert result.accuracy == pytest.approx(2 / 3)
    assert result.in_scope_accuracy == 0.5
    assert result.out_of_scope_recall == 1.0
    assert result.worst == [("thank", "out_of_scope", 1)]


def test_every_example_is_guessed_once_by_a_model_that_had_not_seen_it(shipped: list[Example]) -> None:
    chosen = [example for example in shipped if example.intent in {"greet", "thank", "order_status"}]
    found = guesses(chosen, folds=3)
    assert [guess.example for guess in found] == chosen
    assert found == guesses(chosen, folds=3)


def test_utterances_never_trained_on_are_understood(shipped: list[Example]) -> None:
    test = read_examples(ROOT / "rasa" / "tests" / "held_out")
    result = report(held_out(shipped, test), 0.3)
    assert {example.text for example in test} & {example.text for example in shipped} == set()
    assert result.macro_f1["en"] >= 0.85
    assert result.macro_f1["zh"] >= 0.85


def test_command_prints_json_and_names_a_missing_folder(
    tmp_path: Path, shipped: list[Example], capsys: pytest.CaptureFixture[str]
) -> None:
    held = str(ROOT / "rasa" / "tests" / "held_out")
    assert main(["--json", "--test", held, str(ROOT / "rasa" / "data" / "nlu")]) == 0
    assert set(json.loads(capsys.readouterr().out)["macro_f1"]) == {"all", "en", "zh"}
    assert main([str(tmp_path)]) == 1
    assert "no training files" in capsys.readouterr().err
