"""The learned intent model: a linear model and a small network, read from JSON and plain arrays, never a pickle."""

from __future__ import annotations

import json
import math
import zipfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlu.errors import ModelFileError
from nlu.network import Floats, Network

FORMAT = 2
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
class IntentModel:
    """`weights` is grams × intents; `threshold`: below it the likeliest intent is not believed."""

    labels: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: Floats
    weights: Floats
    bias: Floats
    network: Network
    trust: Trust
    threshold: float

    def rank(self, grams: Counter[str], length: int) -> list[Ranked]:
        """The likeliest intents first."""
        columns, values = weigh(grams, self.vocabulary, self.idf)
        margins = values @ self.weights[columns].astype(np.float32) + self.bias
        confidences = self.trust.confidences(margins, self.network.scores(columns, values))
        order = np.argsort(-confidences, kind="stable")[:length]
        return [Ranked(self.labels[index], float(confidences[index])) for index in order]

    def save(self, folder: Path) -> None:
        """Two files in the folder; overwrites."""
        words = {
            "format": FORMAT,
            "labels": self.labels,
            "grams": sorted(self.vocabulary, key=self.vocabulary.__getitem__),
            "trust": asdict(self.trust),
            "threshold": self.threshold,
        }
        (folder / _WORDS_FILE).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        np.savez_compressed(
            folder / _ARRAYS_FILE,
            idf=self.idf,
            weights=self.weights.astype(np.float16),
            bias=self.bias,
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
                weights=parts["weights"],
                bias=parts["bias"],
                network=Network(parts["inner"], parts["shift"], parts["outer"], parts["outer_bias"]),
                trust=Trust(**words["trust"]),
                threshold=float(words["threshold"]),
            )
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise ModelFileError(f"{folder}: unreadable ({error}); train the assistant again") from error


def _fit(parts: dict[str, Floats], grams: int, labels: int) -> bool:
    width = len(parts["shift"])
    return (
        parts["idf"].shape == (grams,)
        and parts["weights"].shape == (grams, labels)
        and parts["bias"].shape == parts["outer_bias"].shape == (labels,)
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
