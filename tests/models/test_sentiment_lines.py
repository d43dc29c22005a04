from __future__ import annotations

from collections import Counter

import pytest

from models.sentiment_lines import LABELS, LANGUAGES, sentiment_lines


def test_there_is_enough_of_each_kind_in_each_language() -> None:
    learned = Counter((line.language, line.label) for line in sentiment_lines())
    held_out = Counter((line.language, line.label) for line in sentiment_lines(held_out=True))
    for language in LANGUAGES:
        assert sum(learned[language, label] for label in LABELS.values()) >= 700
        assert min(learned[language, label] for label in LABELS.values()) >= 250
        assert held_out[language, 0.0] + held_out[language, 1.0] >= 150


def test_nothing_held_out_is_learned_and_nothing_stands_twice() -> None:
    texts = [line.text for line in (*sentiment_lines(), *sentiment_lines(held_out=True))]
    assert [text for text, count in Counter(text.casefold() for text in texts).items() if count > 1] == []


@pytest.mark.parametrize("held_out", [False, True])
def test_every_line_says_something(held_out: bool) -> None:
    assert all(line.text.strip() == line.text != "" for line in sentiment_lines(held_out=held_out))
