"""What a text means, and that the meanings kept beside our lines are those the encoder gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlu.examples import Example
from nlu.kept_meanings import KEPT, keep, meanings_of
from nlu.meaning import SIZE, encode


def near(one: str, other: str) -> float:
    first, second = encode([one, other]).astype(np.float64)
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def test_the_same_wish_in_other_words_and_another_language_is_near() -> None:
    asked = "where is my parcel"
    assert near(asked, "我的包裹到哪了") > near(asked, "I would like a red dress")
    assert near(asked, "has the delivery been shipped yet") > near(asked, "do you have gift cards")


def test_traditional_and_full_width_characters_mean_the_same() -> None:
    assert np.array_equal(*encode(["訂單２０４１８", "订单20418"]))


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud83d", "😀", "a" * 4096, "\u202e<script>", "鼙" * 1300])
def test_nothing_that_is_written_fails(text: str) -> None:
    assert encode([text]).shape == (1, SIZE)


def test_of_a_long_story_the_end_counts() -> None:
    story = "It was raining all day. " * 100
    assert np.array_equal(*encode([story + "Where is my order?", "x" + story + "Where is my order?"]))


def test_what_is_kept_is_what_the_encoder_says(shipped: list[Example]) -> None:
    texts = [example.text for example in shipped[:: len(shipped) // 20]]
    apart = np.abs(meanings_of(texts).astype(int) - encode(texts).astype(int))
    assert apart.max() <= 2, "`python -m nlu.kept_meanings` in rasa/ keeps them anew"


def test_our_lines_are_kept(shipped: list[Example]) -> None:
    kept = np.load(KEPT, allow_pickle=False)
    texts = {example.text for example in shipped}
    assert len(kept) == len(texts), "`python -m nlu.kept_meanings` in rasa/ keeps those that are missing"


def test_only_new_lines_are_encoded_and_old_ones_forgotten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "meanings.npy"
    assert keep(["hello", "bye"], file) == 2
    assert keep(["bye", "thanks"], file) == 1
    assert len(np.load(file, allow_pickle=False)) == 2
    assert np.array_equal(meanings_of(["thanks", "hello", "bye"], file), encode(["thanks", "hello", "bye"]))
    assert list(tmp_path.iterdir()) == [file]
