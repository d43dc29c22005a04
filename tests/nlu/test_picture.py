from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.image import imread

from nlu.examples import Example
from nlu.folds import Guess
from nlu.hearing import Heard
from nlu.picture import draw


def guess(meant: str, taken: str) -> Guess:
    return Guess(Example("text", meant, "en", Path("a.yml"), 1), Heard(taken, True, (), 0.9, 0.9), 0.001)


def drawn(file: Path, *found: Guess) -> npt.NDArray[np.float32]:
    draw(found, file)
    pixels: npt.NDArray[np.float32] = imread(str(file))
    return pixels


def red(pixels: npt.NDArray[np.float32]) -> int:
    return int(np.count_nonzero(pixels[..., 0] - pixels[..., 1] > 0.3))


def test_only_confusions_are_red(tmp_path: Path) -> None:
    right = [guess("greet", "greet"), guess("thank", "thank")]
    clean = drawn(tmp_path / "clean.png", *right)
    confused = drawn(tmp_path / "confused.png", *right, guess("thank", "greet"))
    assert clean.shape[:2] == confused.shape[:2] == (1400, 1400)
    assert red(clean) == 0
    assert red(confused) > 10_000


def test_an_intent_nobody_meant_has_an_empty_row(tmp_path: Path) -> None:
    assert red(drawn(tmp_path / "a.png", guess("greet", "out_of_scope"))) > 10_000
