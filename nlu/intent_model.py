"""The learned intent model: words first, and what they mean where words leave a doubt.

Two linear models and a small network, read from JSON and plain arrays, never a pickle.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlu.errors import ModelFileError
from nlu.meaning import SIZE, Meanings
from nlu.network import Floats, Network

FORMAT = 3
# By the first letter of a gram: words, characters, sounds.
FAMILIES = {"w": 1.0, "c": 1.3, "p": 0.6}
# What an unknown gram weighs against the rarest known one: more hides Chinese, less takes gibberish for a wish.
UNKNOWN = 0.3
_WORDS_FILE = "intents.json"
_ARRAYS_FILE = "intents.npz"


@dataclass(frozen=True, slots=True)
class Ranked:
    """An intent and how likely it is to be meant, 0 to 1. Each stands for itself: they do not add up to 1."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Trust:
    """P(meant) = σ(margin · `margin` + log-likelihood · `likelihood` + `offset`), of each intent by itself.

    Wolpert's stacking (1992) of the linear model and the network, scaled as Platt's margins (1999).
    """

    margin: float
    likelihood: float
    offset: float

    def confidences(self, margins: Floats, scores: Floats) -> Floats:
        """From the margins and the network's scores, both … × intents."""
        logit = self.margin * margins + self.likelihood * log_likelihoods(scores) + self.offset
        confidences: Floats = 1.0 / (1.0 + np.exp(-logit))
        return confidences


@dataclass(frozen=True)
class Linear:
    """`weights` is grams × intents."""

    weights: Floats
    bias: Floats

    def margins(self, columns: npt.NDArray[np.intp], values: Floats) -> Floats:
        """One margin per intent of a message given as weighted grams."""
        margins: Floats = values @ self.weights[columns].astype(np.float32) + self.bias
        return margins


@dataclass(frozen=True)
class SecondLook:
    """A linear model that learned from grams and meaning side by side; `sense` is 384 × intents."""

    linear: Linear
    sense: Floats
    trust: Trust


@dataclass(frozen=True)
class IntentModel:
    """Who is less sure than `doubt` looks a second time; below `threshold` the likeliest intent is not believed."""

    labels: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: Floats
    linear: Linear
    network: Network
    trust: Trust
    second: SecondLook
    doubt: float
    threshold: float

    def rank(self, grams: Counter[str], length: int, meant: Callable[[], Meanings]) -> list[Ranked]:
        """The likeliest intents first; `meant` is asked for the message's meaning, 384 numbers, only in doubt."""
        columns, values = weigh(grams, self.vocabulary, self.idf)
        scores = self.network.scores(columns, values)
        confidences = self.trust.confidences(self.linear.margins(columns, values), scores)
        if confidences.max() < self.doubt:
            margins = self.second.linear.margins(columns, values) + meant() @ self.second.sense
            confidences = self.second.trust.confidences(margins, scores)
        order = np.argsort(-confidences, kind="stable")[:length]
        return [Ranked(self.labels[index], float(confidences[index])) for index in order]

    def save(self, folder: Path) -> None:
        """Two files in the folder; overwrites."""
        words = {
            "format": FORMAT,
            "labels": self.labels,
            "grams": sorted(self.vocabulary, key=self.vocabulary.__getitem__),
            "trust": asdict(self.trust),
            "second_trust": asdict(self.second.trust),
            "doubt": self.doubt,
            "threshold": self.threshold,
        }
        (folder / _WORDS_FILE).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        np.savez_compressed(
            folder / _ARRAYS_FILE,
            idf=self.idf,
            weights=self.linear.weights.astype(np.float16),
            bias=self.linear.bias,
            second=self.second.linear.weights.astype(np.float16),
            second_bias=self.second.linear.bias,
            sense=self.second.sense,
            inner=self.network.inner.astype(np.float16),
            shift=self.network.shift,
            outer=self.network.outer,
            outer_bias=self.network.bias,
        )

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Raises ModelFileError if a file is missing, cut short, of another format or of shapes that do not fit."""
        try:
            words = json.loads((folder / _WORDS_FILE).read_text(encoding="utf-8"))
            with (folder / _ARRAYS_FILE).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                parts = {name: arrays[name] for name in arrays.files}
            if words["format"] != FORMAT or not _fit(parts, len(words["grams"]), len(words["labels"])):
                raise ModelFileError(f"{folder}: not a model of format {FORMAT}; train the assistant again")
            return cls(
                labels=tuple(words["labels"]),
                vocabulary={gram: index for index, gram in enumerate(words["grams"])},
                idf=parts["idf"],
                linear=Linear(parts["weights"], parts["bias"]),
                network=Network(parts["inner"], parts["shift"], parts["outer"], parts["outer_bias"]),
                trust=Trust(**words["trust"]),
                second=SecondLook(
                    Linear(parts["second"], parts["second_bias"]), parts["sense"], Trust(**words["second_trust"])
                ),
                doubt=float(words["doubt"]),
                threshold=float(words["threshold"]),
            )
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise ModelFileError(f"{folder}: unreadable ({error}); train the assistant again") from error


def _fit(parts: dict[str, Floats], grams: int, labels: int) -> bool:
    width = len(parts["shift"])
    return (
        parts["idf"].shape == (grams,)
        and parts["weights"].shape == parts["second"].shape == (grams, labels)
        and parts["bias"].shape == parts["second_bias"].shape == parts["outer_bias"].shape == (labels,)
        and parts["sense"].shape == (SIZE, labels)
        and parts["inner"].shape[0] <= grams
        and parts["inner"].shape[1:] == (width,)
        and parts["outer"].shape == (width, labels)
    )


def log_likelihoods(scores: Floats) -> Floats:
    """Log-softmax along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    likelihoods: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return likelihoods


def weigh(grams: Counter[str], vocabulary: dict[str, int], idf: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
    """Columns and weights of the known grams: sublinear tf × idf, each family of a length of its own.

    Unknown grams count in that length: the less of a message is known, the smaller its margins.
    """
    unknown = UNKNOWN * float(idf.max())
    squares = dict.fromkeys(FAMILIES, 1e-9)
    known: list[tuple[int, float, str]] = []
    for gram, count in grams.items():
        column = vocabulary.get(gram)
        value = (1.0 + math.log(count)) * (unknown if column is None else float(idf[column]))
        squares[gram[0]] += value * value
        if column is not None:
            known.append((column, value, gram[0]))
    scale = {family: weight / math.sqrt(squares[family]) for family, weight in FAMILIES.items()}
    columns = np.array([column for column, _, _ in known], dtype=np.intp)
    return columns, np.array([value * scale[family] for _, value, family in known], dtype=np.float32)
