"""How content a customer's message sounds, in Chinese and English: 0 dissatisfied, 0.5 neither, 1 content."""

from __future__ import annotations

import io
import math
import zipfile
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models import documents
from models.errors import ModelFileError, NotFittedError, UnusableFrameError
from models.experts import FAMILIES, FOLDS, Line, learn
from models.grams import grams
from models.interface import Columns, matrix

if TYPE_CHECKING:
    import pandas as pd

TEXT, LABEL = "text", "label"
# From so many texts on, what stands in one of them alone is not worth its place.
MANY = 5000
# What an unknown gram weighs against the rarest known one: the less of a text is known, the nearer it is to neither.
UNKNOWN = 0.5
HYPER_PARAMETERS = ("penalty", "seed")


class Sentiment:
    """A logistic line over weighted grams; see `models.experts`. `penalty` is scikit-learn's C: smaller is stronger.

    The number is the label to be expected. Of messages labelled 0 and 1 alone it is the probability of 1.
    """

    name: ClassVar[str] = "sentiment"

    def __init__(self, *, penalty: float = 5.0, seed: int = 0) -> None:
        self.penalty = penalty
        self.seed = seed

    def fit(self, frame: pd.DataFrame) -> Self:
        """Learns from rows with a `text` and a `label` from 0 to 1."""
        labels = matrix(frame, (LABEL,))[:, 0]
        self._check(labels)
        texts = [grams(text) for text in _texts(frame)]
        rarest = 1 if len(texts) < MANY else 2
        line = learn(texts, labels, penalty=self.penalty, rarest=rarest, seed=self.seed)
        return self._learned(line)

    def _check(self, labels: NDArray[np.float64]) -> None:
        if ((labels < 0) | (labels > 1)).any():
            raise UnusableFrameError(f"column {LABEL!r} holds a value that is not between 0 and 1")
        for found, meaning in (((labels > 0.5).sum(), "content"), ((labels < 0.5).sum(), "dissatisfied")):
            if found < FOLDS:
                raise UnusableFrameError(f"only {found} {meaning} texts; at least {FOLDS} are needed")

    def _learned(self, line: Line) -> Self:
        # Rounded here and not when saved: a model that was loaded answers to the bit what it answered before.
        self.idf_ = line.idf.astype(np.float32)
        self.weights_ = line.weights.astype(np.float32)
        self.intercept_ = float(line.intercept)
        self.columns_ = {gram: column for column, gram in enumerate(line.grams)}
        self._unknown_ = (UNKNOWN * float(self.idf_.max()), 0.0)
        self._numbers_ = list(zip(self.idf_.tolist(), self.weights_.tolist(), strict=True))
        return self

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        """Each text's sentiment, 0 to 1."""
        if not hasattr(self, "columns_"):
            raise NotFittedError(NotFittedError.__doc__)
        log_odds = np.array([self._log_odds(text) for text in _texts(columns)], dtype=np.float64)
        return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))

    def _log_odds(self, text: str) -> float:
        """Plain Python: for a message of some words it is quicker than any matrix."""
        sums, squares = dict.fromkeys(FAMILIES, 0.0), dict.fromkeys(FAMILIES, 0.0)
        for gram, count in Counter(grams(text)).items():
            column = self.columns_.get(gram)
            idf, weight = self._unknown_ if column is None else self._numbers_[column]
            value = (1.0 + math.log(count)) * idf
            sums[gram[0]] += value * weight
            squares[gram[0]] += value * value
        return self.intercept_ + sum(sums[each] / math.sqrt(squares[each]) for each in FAMILIES if squares[each])

    def files(self) -> dict[str, bytes]:
        if not hasattr(self, "columns_"):
            raise NotFittedError(NotFittedError.__doc__)
        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, idf=self.idf_, weights=self.weights_)
        known = {"penalty": self.penalty, "seed": self.seed, "intercept": self.intercept_}
        return {
            "model.json": documents.write({**known, "grams": list(self.columns_)}),
            "model.npz": content.getvalue(),
        }

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        known = documents.read(files, "model.json", keys=(*HYPER_PARAMETERS, "intercept", "grams"))
        idf, weights = _arrays(documents.part(files, "model.npz"))
        if not len(idf) == len(weights) == len(known["grams"]):
            raise ModelFileError("model.npz and model.json do not fit together")
        model = cls(**{name: known[name] for name in HYPER_PARAMETERS})
        return model._learned(Line(tuple(known["grams"]), idf, weights, known["intercept"]))


def _texts(columns: Columns) -> list[str]:
    if TEXT not in columns:
        raise UnusableFrameError(f"column {TEXT!r} is missing")
    return [str(text) for text in columns[TEXT]]


def _arrays(content: bytes) -> tuple[NDArray[Any], NDArray[Any]]:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return archive["idf"], archive["weights"]
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelFileError(f"model.npz cannot be read: {error}") from error
