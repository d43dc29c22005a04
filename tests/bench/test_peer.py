from __future__ import annotations

from collections import Counter

from bench.chat_sides import QUESTION
from bench.labelled_sets import LANGUAGES
from bench.peer import LINES, sample
from bench.utterance import Utterance


def test_the_peer_learns_as_many_lines_of_every_intent_and_the_turn_that_is_timed() -> None:
    rows = sample()
    assert rows.pop() == Utterance(QUESTION, "recommend")
    counts = Counter(row.intent for row in rows)
    assert set(counts.values()) == {LINES * len(LANGUAGES)}
