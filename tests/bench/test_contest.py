from __future__ import annotations

import pytest

from bench.contest import DEFAULT, OURS, accuracy, pipeline


def test_accuracy_is_the_share_of_the_right_ones() -> None:
    assert accuracy(["a", "b", "c", "a"], ["a", "c", "c", "b"]) == pytest.approx(0.5)


def test_only_the_tokenizer_and_its_language_are_others() -> None:
    text = DEFAULT.read_text(encoding="utf-8")
    as_written, of_chinese = pipeline(text), pipeline(text, tokenizer="JiebaTokenizer")
    assert pipeline(text, tokenizer="WhitespaceTokenizer") == as_written
    assert as_written["pipeline"][0] == {"name": "WhitespaceTokenizer"}
    assert of_chinese["pipeline"][0] == {"name": "JiebaTokenizer"}
    assert of_chinese["pipeline"][1:] == as_written["pipeline"][1:]
    assert (as_written["language"], of_chinese["language"]) == ("en", "zh")
    assert "policies" not in as_written


def test_our_own_pipeline_is_taken_as_it_is_shipped() -> None:
    names = [step["name"] for step in pipeline(OURS.read_text(encoding="utf-8"))["pipeline"]]
    assert all(name.startswith("nlu.") for name in names)
