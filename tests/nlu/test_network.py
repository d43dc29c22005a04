from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from nlu.network import Schooling, train_network

# Which of two grams stand together decides, which no linear model can tell (exclusive or).
ROWS = csr_matrix(np.array([[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]] * 8, dtype=np.float32))
TARGET = np.array([0, 1, 1, 0] * 8)
HOW = Schooling(width=32, epochs=60, batch=8, rate=0.1, drop=0.1)


def test_network_learns_what_is_not_a_sum() -> None:
    network = train_network(ROWS, TARGET, 2, HOW)
    assert (network.scores_of(ROWS).argmax(axis=1) == TARGET).all()


def test_one_row_scores_as_it_does_among_many_and_unknown_grams_are_left_out() -> None:
    network = train_network(ROWS, TARGET, 2, HOW)
    one = network.scores(np.array([0, 2, 99]), np.array([1, 1, 5], dtype=np.float32))
    assert np.allclose(one, network.scores_of(ROWS[:1])[0], atol=1e-5)


def test_same_seed_gives_the_same_network() -> None:
    first, second = (train_network(ROWS, TARGET, 2, HOW) for _ in range(2))
    assert np.array_equal(first.inner, second.inner)
    assert np.array_equal(first.outer, second.outer)
