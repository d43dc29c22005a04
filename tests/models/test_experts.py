from __future__ import annotations

import numpy as np
import pytest

from models.experts import both_sides, learn

GLAD, SORRY, NEUTRAL = ["wgood", "cgoo", "k+"], ["wbad", "cbad", "k-"], ["wwhere", "cwhe", "k0"]


def test_a_soft_label_stands_on_both_sides() -> None:
    either, sides, shares = both_sides(np.array([1.0, 0.0, 0.5]))
    assert sorted(zip(either.tolist(), sides.tolist(), shares.tolist(), strict=True)) == [
        (0, 1, 1.0),
        (1, 0, 1.0),
        (2, 0, 0.5),
        (2, 1, 0.5),
    ]


def test_the_line_weighs_each_gram_by_its_side() -> None:
    texts = [GLAD] * 20 + [SORRY] * 20 + [NEUTRAL] * 20
    line = learn(texts, np.repeat([1.0, 0.0, 0.5], 20), penalty=1.0, rarest=1, seed=0)
    weights = dict(zip(line.grams, line.weights.tolist(), strict=True))
    assert min(weights[gram] for gram in GLAD) > 0 > max(weights[gram] for gram in SORRY)
    assert [weights[gram] for gram in NEUTRAL] == pytest.approx([0.0] * 3, abs=0.2)
    assert line.intercept == pytest.approx(0.0, abs=0.2)


def test_a_gram_rarer_than_asked_for_is_left_out() -> None:
    texts = [GLAD] * 9 + [[*GLAD, "wonce"]] + [SORRY] * 10
    line = learn(texts, np.repeat([1.0, 0.0], 10), penalty=1.0, rarest=2, seed=0)
    assert "wonce" not in line.grams
    assert set(line.grams) == {*GLAD, *SORRY}
