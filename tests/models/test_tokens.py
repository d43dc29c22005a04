from __future__ import annotations

import pytest

from models.tokens import tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It wasn't bad", ["it", "was", "n't", "bad"]),
        ("I dont mind, can’t complain", ["i", "do", "nt", "mind", ",", "ca", "n't", "complain"]),
        ("SOOOO good!!!!", ["soo", "good", "!", "!"]),
        ("质量很好，谢谢", ["质量", "很", "好", ",", "谢谢"]),
        ("質量很好，謝謝", ["质量", "很", "好", ",", "谢谢"]),
        ("杯子nice👍👍❤️", ["杯子", "nice", "👍", "👍", "❤"]),
        ("thanks :-)", ["thanks", ":-)"]),
        ("1 star, 10/10", ["1", "star", ",", "10/10"]),
        ("order 48213 of 2026-03-01", ["order", "#", "of", "#"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_tokens(text: str, found: list[str]) -> None:
    assert tokens(text) == found
