from __future__ import annotations

import numpy as np
import pytest

from models.metrics import calibration_error, probability_metrics, ranking_metrics, variance_explained


def test_calibration_error_is_the_mean_gap() -> None:
    happened = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    assert calibration_error(happened, np.array([0.1] * 4 + [0.7] * 4), bins=2) == pytest.approx(0.2)


def test_probability_metrics_of_an_oracle() -> None:
    happened = np.array([0, 1, 0, 1])
    figures = probability_metrics(happened, happened.astype(float))
    assert figures == {"auc": 1.0, "average_precision": 1.0, "brier": 0.0, "ece": 0.0}


def test_ranking_metrics_average_over_customers() -> None:
    # The first customer wanted two products, ranked first and third; the second one, ranked eleventh.
    figures = ranking_metrics(np.array([0, 2, 10]), np.array([7, 7, 8]))
    ideal = 1 + 1 / np.log2(3)
    assert figures == {"hr10": 0.5, "ndcg10": pytest.approx((1 + 1 / 2) / ideal / 2)}


def test_variance_explained_between_nothing_and_all() -> None:
    groups = np.array(["a", "a", "b", "b"])
    assert variance_explained(groups, np.array([0.0, 0.0, 1.0, 1.0])) == 1.0
    assert variance_explained(groups, np.array([0.0, 1.0, 0.0, 1.0])) == 0.0
    assert variance_explained(groups, np.array([1.0, 1.0, 1.0, 1.0])) == 0.0
