"""Two linear experts on one text, one for words and one for pieces of words, added up to calibrated log-odds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# What a family of grams counts beside the others an expert reads. Chosen by cross-validation.
FAMILIES = "ckw"
WORDS = {"w": 1.0, "k": 0.3}
PIECES = {"w": 1.0, "c": 1.0}
SMOOTHING = 1.0
FOLDS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """What was learned, as one line: log-odds = intercept + Σ weight · tf-idf, each family of a length of its own."""

    grams: tuple[str, ...]
    idf: Floats
    weights: Floats
    intercept: float


def learn(grams_of: Sequence[Sequence[str]], labels: Floats, *, penalty: float, rarest: int, seed: int) -> Line:
    """The line for texts given by their grams, and labels from 0 to 1: 0.5 counts half for either side.

    The experts are weighed against each other, and calibrated, on predictions for texts their fold has not seen.
    """
    from sklearn.feature_extraction.text import CountVectorizer  # heavy, and needed by who trains only

    vectorizer = CountVectorizer(analyzer=list, min_df=rarest, dtype=np.float64)
    counts = vectorizer.fit_transform(grams_of).tocsc()
    names = tuple(vectorizer.get_feature_names_out().tolist())
    rows, idf = _weighed(counts, names)
    experts = [_Expert(names, WORDS, penalty, ratio=True), _Expert(names, PIECES, penalty, ratio=False)]
    shares, offset = _stacked(experts, rows, labels, seed=seed)
    weights, intercept = np.zeros(len(names)), offset
    for expert, share in zip(experts, shares, strict=True):
        own, bias = expert.fit(rows, labels)
        weights, intercept = weights + share * own, intercept + share * bias
    return Line(names, idf, weights, intercept)


def _weighed(counts: Any, names: tuple[str, ...]) -> tuple[Any, Floats]:
    """Rows of sublinear tf × idf, each family scaled to length 1 by itself; the families stand in order of names."""
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfTransformer

    first = np.array([name[0] for name in names])
    parts, idf = [], []
    for family in FAMILIES:
        transformer = TfidfTransformer(sublinear_tf=True)
        parts.append(transformer.fit_transform(counts[:, np.flatnonzero(first == family)].tocsr()))
        idf.append(transformer.idf_)
    return sparse.hstack(parts).tocsr(), np.concatenate(idf)


class _Expert:
    """A logistic regression on some families; with `ratio` each gram is first multiplied by how much likelier it is
    in content texts than in others, as in "Baselines and Bigrams" (Wang and Manning, 2012)."""

    def __init__(self, names: tuple[str, ...], families: dict[str, float], penalty: float, *, ratio: bool) -> None:
        self._scale = np.array([families.get(name[0], 0.0) for name in names])
        self._penalty = penalty
        self._ratio = ratio

    def fit(self, rows: Any, labels: Floats) -> tuple[Floats, float]:
        """The weights of all grams, and the intercept."""
        from scipy import sparse
        from sklearn.linear_model import LogisticRegression

        own = np.flatnonzero(self._scale)
        factor = self._scale[own] * (_log_ratio(rows[:, own], labels) if self._ratio else 1.0)
        scaled = (rows[:, own] @ sparse.diags(factor)).tocsr()
        model = LogisticRegression(C=self._penalty, solver="liblinear", random_state=0)
        either, sides, shares = both_sides(labels)
        model.fit(scaled[either], sides, sample_weight=shares)
        weights = np.zeros(len(self._scale))
        weights[own] = factor * model.coef_[0]
        return weights, float(model.intercept_[0])


def _stacked(experts: Sequence[_Expert], rows: Any, labels: Floats, *, seed: int) -> tuple[Floats, float]:
    """Each expert's share, and the offset: a logistic regression on what they say of unseen texts."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    said = np.zeros((len(labels), len(experts)))
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(labels, np.sign(labels - 0.5)):
        for column, expert in enumerate(experts):
            weights, bias = expert.fit(rows[seen], labels[seen])
            said[unseen, column] = rows[unseen] @ weights + bias
    either, sides, shares = both_sides(labels)
    model = LogisticRegression().fit(said[either], sides, sample_weight=shares)
    # A share below nothing would say the opposite of what the expert means.
    return np.maximum(model.coef_[0], 0.0), float(model.intercept_[0])


def both_sides(labels: Floats) -> tuple[NDArray[np.int_], NDArray[np.int_], Floats]:
    """Soft labels for a classifier: (which row, side, share), a row on each side it has a share in."""
    rows = np.arange(len(labels))
    either = np.concatenate([rows[labels > 0], rows[labels < 1]])
    sides = np.concatenate([np.ones(int((labels > 0).sum()), int), np.zeros(int((labels < 1).sum()), int)])
    return either, sides, np.where(sides == 1, labels[either], 1 - labels[either])


def _log_ratio(rows: Any, labels: Floats) -> Floats:
    present = (rows > 0).astype(np.float64)
    content = present.T @ labels + SMOOTHING
    other = present.T @ (1 - labels) + SMOOTHING
    return np.asarray(np.log((content / content.sum()) / (other / other.sum())))
