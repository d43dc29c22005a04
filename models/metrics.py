"""How good an answer was: calibration error, ranking figures, and the figures of scikit-learn under our names."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, average_precision_score, brier_score_loss, f1_score, roc_auc_score

Floats = NDArray[np.float64]
BINS = 10


def probability_metrics(happened: NDArray[np.int_], probability: Floats) -> dict[str, float]:
    """Ranking (auc, average_precision: more is better) and truthfulness (brier, ece: less is better)."""
    return {
        "auc": float(roc_auc_score(happened, probability)),
        "average_precision": float(average_precision_score(happened, probability)),
        "brier": float(brier_score_loss(happened, probability)),
        "ece": calibration_error(happened, probability),
    }


def sentiment_metrics(content: NDArray[np.int_], sentiment: Floats) -> dict[str, float]:
    """accuracy and macro_f1 of taking more than 0.5 for content (1); auc asks for the order alone."""
    said = (sentiment > 0.5).astype(int)
    return {
        "accuracy": float(accuracy_score(content, said)),
        "auc": float(roc_auc_score(content, sentiment)),
        "macro_f1": float(f1_score(content, said, average="macro")),
    }


def reliability(happened: NDArray[np.int_], probability: Floats, *, bins: int = BINS) -> NDArray[np.float64]:
    """Bins × (mean probability, share that happened, rows): rows sorted by probability, cut in equal parts."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return np.array([(probability[part].mean(), happened[part].mean(), len(part)) for part in parts])


def calibration_error(happened: NDArray[np.int_], probability: Floats, *, bins: int = BINS) -> float:
    """Expected calibration error over equally full bins (Naeini, Cooper and Hauskrecht, 2015), 0 to 1."""
    said, was, rows = reliability(happened, probability, bins=bins).T
    return float(np.abs(said - was) @ rows / rows.sum())


def ranking_metrics(ranks: NDArray[np.int_], wanted: NDArray[np.int_], *, top: int = 10) -> dict[str, float]:
    """hr10 and ndcg10 averaged over customers.

    `ranks` (0 is the top) and `wanted` (whose it is) have one entry per product a customer went on to buy.
    """
    _, customer = np.unique(wanted, return_inverse=True)
    hit = ranks < top
    gain = np.where(hit, 1 / np.log2(ranks + 2.0), 0.0)
    counts = np.bincount(customer)
    ideal = np.cumsum(1 / np.log2(np.arange(top) + 2.0))[np.minimum(counts, top) - 1]
    return {
        f"hr{top}": float((np.bincount(customer, hit) > 0).mean()),
        f"ndcg{top}": float((np.bincount(customer, gain) / ideal).mean()),
    }


def variance_explained(groups: NDArray[np.str_], outcome: Floats) -> float:
    """η²: the share of the outcome's variance that lies between groups rather than within them, 0 to 1."""
    total = float(((outcome - outcome.mean()) ** 2).sum())
    if total == 0:
        return 0.0
    _, group = np.unique(groups, return_inverse=True)
    means = np.bincount(group, outcome) / np.bincount(group)
    return float((np.bincount(group) * (means - outcome.mean()) ** 2).sum() / total)
