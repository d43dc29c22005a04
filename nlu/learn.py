"""Learns an intent model from labelled grams; the same rows and seed give the same model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from nlu.intent_model import IntentModel, Trust, log_likelihoods, weigh
from nlu.network import Floats, Network, Schooling, train_network

OUT_OF_SCOPE = "out_of_scope"
# A fifth of the rows is kept apart to learn how far the models are to be trusted; then they learn from all rows.
_PARTS = 5
# The share of what is in scope that the threshold may cost: docs/adr/0010 has what it costs and saves.
_TURNED_AWAY = 0.005
# The weights no longer change any answer below this.
_TOLERANCE = 1e-2
# The network is fed what at least two rows share: a gram of one row alone teaches it that row by heart.
_SHARED = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """`cost` of a wrong training row, the network's `schooling`, `seed` of shuffles and solvers."""

    cost: float = 0.7
    schooling: Schooling = field(default_factory=Schooling)
    seed: int = 7


@dataclass(frozen=True, slots=True)
class _Space:
    """Columns of grams, those that several rows share before the others; `shared` is how many they are."""

    vocabulary: dict[str, int]
    idf: Floats
    shared: int

    def matrix(self, rows: Sequence[Counter[str]]) -> csr_matrix:
        weighed = [weigh(row, self.vocabulary, self.idf) for row in rows]
        indptr = np.cumsum([0, *(len(columns) for columns, _ in weighed)])
        columns = np.concatenate([columns for columns, _ in weighed])
        values = np.concatenate([values for _, values in weighed])
        return csr_matrix((values, columns, indptr), shape=(len(rows), len(self.vocabulary)))


@dataclass(frozen=True, slots=True)
class _Models:
    weights: Floats
    bias: Floats
    network: Network

    def margins(self, matrix: csr_matrix) -> Floats:
        margins: Floats = matrix @ self.weights + self.bias
        return margins


def learn(rows: Sequence[Counter[str]], labels: Sequence[str], settings: Settings) -> IntentModel:
    """One linear margin per intent (squared hinge loss), a small network, and how far to trust both."""
    names = tuple(sorted(set(labels)))
    target = np.array([names.index(label) for label in labels])
    trust, threshold = _trust(rows, target, names, settings)
    space = _space(rows)
    models = _fit(space, space.matrix(rows), target, len(names), settings)
    return IntentModel(
        labels=names,
        vocabulary=space.vocabulary,
        idf=space.idf,
        weights=models.weights,
        bias=models.bias,
        network=models.network,
        trust=trust,
        threshold=threshold,
    )


def _space(rows: Sequence[Counter[str]]) -> _Space:
    frequency: Counter[str] = Counter()
    for row in rows:
        frequency.update(row.keys())
    grams = sorted(frequency, key=lambda gram: (frequency[gram] < _SHARED, gram))
    counts = np.array([frequency[gram] for gram in grams], dtype=np.float64)
    idf = (np.log((1 + len(rows)) / (1 + counts)) + 1).astype(np.float32)
    return _Space({gram: index for index, gram in enumerate(grams)}, idf, int((counts >= _SHARED).sum()))


def _fit(
    space: _Space, matrix: csr_matrix, target: npt.NDArray[np.int_], classes: int, settings: Settings
) -> _Models:
    solver = LinearSVC(C=settings.cost, tol=1e-2, class_weight="balanced", random_state=settings.seed).fit(
        matrix, target
    )
    weights, bias = np.zeros((matrix.shape[1], classes), np.float32), np.full(classes, -1.0, np.float32)
    # Two classes share one row of coefficients; a class may be missing from the rows of the first part.
    coefficients = np.vstack([-solver.coef_, solver.coef_]) if len(solver.classes_) == 2 else solver.coef_
    intercepts = np.append(-solver.intercept_, solver.intercept_) if len(solver.classes_) == 2 else solver.intercept_
    weights[:, solver.classes_], bias[solver.classes_] = coefficients.T, intercepts
    network = train_network(matrix[:, : space.shared], target, classes, settings.schooling)
    return _Models(weights, bias, network)


def _trust(
    rows: Sequence[Counter[str]], target: npt.NDArray[np.int_], names: Sequence[str], settings: Settings
) -> tuple[Trust, float]:
    """Learned on rows the models had not seen."""
    learned, held = _parts(target, settings.seed)
    space = _space([rows[index] for index in learned])
    models = _fit(space, space.matrix([rows[index] for index in learned]), target[learned], len(names), settings)
    matrix = space.matrix([rows[index] for index in held])
    margins, scores = models.margins(matrix), models.network.scores_of(matrix)
    trust = _stack(margins, scores, target[held])
    confidences = trust.confidences(margins, scores)
    return trust, _threshold(confidences, target[held], names)


def _parts(target: npt.NDArray[np.int_], seed: int) -> tuple[npt.NDArray[np.int_], npt.NDArray[np.int_]]:
    parts = min(_PARTS, int(np.bincount(target).min()))
    if parts < 2:
        everything = np.arange(len(target))
        return everything, everything
    learned, held = next(StratifiedKFold(parts, shuffle=True, random_state=seed).split(target, target))
    return learned, held


def _stack(margins: Floats, scores: Floats, target: npt.NDArray[np.int_]) -> Trust:
    features = np.stack([margins, log_likelihoods(scores)], axis=-1).reshape(-1, 2)
    meant = (target[:, None] == np.arange(margins.shape[1])).ravel()
    curve = LogisticRegression(max_iter=1000).fit(features, meant)
    margin, likelihood = (float(value) for value in curve.coef_[0])
    return Trust(margin, likelihood, float(curve.intercept_[0]))


def _threshold(confidences: Floats, target: npt.NDArray[np.int_], names: Sequence[str]) -> float:
    """The highest one that turns away hardly anything that was understood."""
    outside = names.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in names else -1
    understood = (confidences.argmax(axis=1) == target) & (target != outside)
    sure = np.sort(confidences.max(axis=1)[understood])
    allowed = int(_TURNED_AWAY * np.count_nonzero(target != outside))
    return float(sure[allowed]) if len(sure) > allowed else 0.0
