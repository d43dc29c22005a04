"""Learns an intent model from labelled grams; the same rows and seed give the same model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from nlu.intent_model import IntentModel, Linear, SecondLook, Trust, log_likelihoods, weigh
from nlu.meaning import SIZE, Meanings
from nlu.network import Floats, Network, Schooling, train_network

OUT_OF_SCOPE = "out_of_scope"
# A fifth of the rows is kept apart to learn how far the models are to be trusted; then they learn from all rows.
_PARTS = 5
# The share of what is in scope that the threshold may cost: docs/adr/0010 has what it costs and saves.
_TURNED_AWAY = 0.005
# The share of messages that are looked at a second time: not most, which are read in a millisecond.
_SECOND_LOOKS = 0.4
# What a meaning weighs beside the grams, whose families have lengths of about one.
_MEANING = 1.0
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
    linear: Linear
    network: Network
    second: Linear
    sense: Floats

    def first_look(self, matrix: csr_matrix) -> tuple[Floats, Floats]:
        """The margins and the network's scores, each rows × intents."""
        margins: Floats = matrix @ self.linear.weights + self.linear.bias
        return margins, self.network.scores_of(matrix)

    def second_margins(self, matrix: csr_matrix, meanings: Meanings) -> Floats:
        margins: Floats = matrix @ self.second.weights + self.second.bias + meanings @ self.sense
        return margins


@dataclass(frozen=True, slots=True)
class _Trusts:
    first: Trust
    second: Trust
    doubt: float
    threshold: float


def learn(rows: Sequence[Counter[str]], meanings: Meanings, labels: Sequence[str], settings: Settings) -> IntentModel:
    """Two looks at a line, by its grams and by its meaning too; how far to trust each, and when the second is due."""
    names = tuple(sorted(set(labels)))
    target = np.array([names.index(label) for label in labels])
    trusts = _trusts(rows, meanings, target, names, settings)
    space = _space(rows)
    models = _fit(space, space.matrix(rows), meanings, target, len(names), settings)
    return IntentModel(
        labels=names,
        vocabulary=space.vocabulary,
        idf=space.idf,
        linear=models.linear,
        network=models.network,
        trust=trusts.first,
        second=SecondLook(models.second, models.sense, trusts.second),
        doubt=trusts.doubt,
        threshold=trusts.threshold,
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
    space: _Space,
    matrix: csr_matrix,
    meanings: Meanings,
    target: npt.NDArray[np.int_],
    classes: int,
    settings: Settings,
) -> _Models:
    centre, spread = meanings.mean(axis=0), meanings.std(axis=0) + 1e-6
    scale = _MEANING / np.sqrt(SIZE) / spread
    both = hstack([matrix, csr_matrix(((meanings - centre) * scale).astype(np.float32))]).tocsr()
    with ThreadPoolExecutor(1) as pool:
        network = pool.submit(train_network, matrix[:, : space.shared], target, classes, settings.schooling)
        # One after the other: liblinear's random numbers are of the process, and would be shared as it happens.
        linear = _linear(matrix, target, classes, settings)
        second = _linear(both, target, classes, settings)
    grams = matrix.shape[1]
    sense = (second.weights[grams:] * scale[:, None]).astype(np.float32)
    shifted = Linear(second.weights[:grams], (second.bias - centre @ sense).astype(np.float32))
    return _Models(linear, network.result(), shifted, sense)


def _linear(matrix: csr_matrix, target: npt.NDArray[np.int_], classes: int, settings: Settings) -> Linear:
    solver = LinearSVC(C=settings.cost, tol=_TOLERANCE, class_weight="balanced", random_state=settings.seed)
    solver.fit(matrix, target)
    weights, bias = np.zeros((matrix.shape[1], classes), np.float32), np.full(classes, -1.0, np.float32)
    # Two classes share one row of coefficients; a class may be missing from the rows of the first part.
    coefficients = np.vstack([-solver.coef_, solver.coef_]) if len(solver.classes_) == 2 else solver.coef_
    intercepts = np.append(-solver.intercept_, solver.intercept_) if len(solver.classes_) == 2 else solver.intercept_
    weights[:, solver.classes_], bias[solver.classes_] = coefficients.T, intercepts
    return Linear(weights, bias)


def _trusts(
    rows: Sequence[Counter[str]],
    meanings: Meanings,
    target: npt.NDArray[np.int_],
    names: Sequence[str],
    settings: Settings,
) -> _Trusts:
    """Learned on rows the models had not seen."""
    learned, held = _parts(target, settings.seed)
    space, meant = _space([rows[index] for index in learned]), target[held]
    matrix = space.matrix([rows[index] for index in learned])
    models = _fit(space, matrix, meanings[learned], target[learned], len(names), settings)
    matrix = space.matrix([rows[index] for index in held])
    margins, scores = models.first_look(matrix)
    second_margins = models.second_margins(matrix, meanings[held])
    first, second = _stack(margins, scores, meant), _stack(second_margins, scores, meant)
    confidences = first.confidences(margins, scores)
    doubt = float(np.quantile(confidences.max(axis=1), _SECOND_LOOKS))
    doubted = confidences.max(axis=1) < doubt
    confidences[doubted] = second.confidences(second_margins, scores)[doubted]
    return _Trusts(first, second, doubt, _threshold(confidences, meant, names))


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
