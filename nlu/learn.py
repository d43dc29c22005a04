"""Learns an intent model from labelled grams; the same rows and seed give the same model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from nlu.intent_model import Floats, IntentModel, weigh

_CALIBRATION_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Settings:
    """`cost` of a wrong training row, `least` rows a gram must stand in, `seed` of shuffles and solver."""

    cost: float = 1.0
    least: int = 1
    seed: int = 7


@dataclass(frozen=True, slots=True)
class _Space:
    vocabulary: dict[str, int]
    idf: Floats

    def matrix(self, rows: Sequence[Counter[str]]) -> csr_matrix:
        weighed = [weigh(row, self.vocabulary, self.idf) for row in rows]
        indptr = np.cumsum([0, *(len(columns) for columns, _ in weighed)])
        columns = np.concatenate([columns for columns, _ in weighed])
        values = np.concatenate([values for _, values in weighed])
        return csr_matrix((values, columns, indptr), shape=(len(rows), len(self.vocabulary)))


def learn(rows: Sequence[Counter[str]], labels: Sequence[str], settings: Settings) -> IntentModel:
    """One linear margin per intent (squared hinge loss), then one shared scale from margin to probability.

    The scale is fitted on margins of rows that their model had not seen (shuffled folds), as Platt (1999) advises.
    """
    names = tuple(sorted(set(labels)))
    target = np.array([names.index(label) for label in labels])
    space = _space(rows, settings.least)
    matrix = space.matrix(rows)
    slope, offset = _scale(matrix, target, settings)
    solver = _fit(matrix, target, settings)
    weights = np.ascontiguousarray(solver.coef_.T, dtype=np.float32)
    bias = solver.intercept_.astype(np.float32)
    return IntentModel(names, space.vocabulary, space.idf, weights, bias, slope, offset)


def _space(rows: Sequence[Counter[str]], least: int) -> _Space:
    frequency: Counter[str] = Counter()
    for row in rows:
        frequency.update(row.keys())
    grams = sorted(gram for gram, count in frequency.items() if count >= least)
    counts = np.array([frequency[gram] for gram in grams], dtype=np.float64)
    idf = (np.log((1 + len(rows)) / (1 + counts)) + 1).astype(np.float32)
    return _Space({gram: index for index, gram in enumerate(grams)}, idf)


def _fit(matrix: csr_matrix, target: npt.NDArray[np.int_], settings: Settings) -> LinearSVC:
    solver = LinearSVC(C=settings.cost, class_weight="balanced", random_state=settings.seed)
    return solver.fit(matrix, target)


def _scale(matrix: csr_matrix, target: npt.NDArray[np.int_], settings: Settings) -> tuple[float, float]:
    """Slope and offset of P(intent | margin), over every (row, intent) pair of the held-out rows."""
    folds = StratifiedKFold(_CALIBRATION_FOLDS, shuffle=True, random_state=settings.seed)
    margins, hits = [], []
    for train, held in folds.split(matrix, target):
        scores = _fit(matrix[train], target[train], settings).decision_function(matrix[held])
        margins.append(scores.ravel())
        hits.append((target[held][:, None] == np.arange(scores.shape[1])).ravel())
    curve = LogisticRegression(C=1e6).fit(np.concatenate(margins)[:, None], np.concatenate(hits))
    return float(curve.coef_[0, 0]), float(curve.intercept_[0])
