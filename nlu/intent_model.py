"""The learned intent model: linear over weighted grams, read from JSON and plain arrays, never a pickle."""

from __future__ import annotations

import json
import math
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlu.errors import ModelFileError

Floats = npt.NDArray[np.float32]
FORMAT = 1
# By the first letter of a gram: words, characters, concepts. Chosen on utterances written after the lexicon was done:
# at equal weight the concepts, which its author wrote with the training lines in mind, promise more than they keep.
FAMILIES = {"w": 1.0, "c": 1.3, "k": 0.4}
# What an unknown gram weighs against the rarest known one: more hides Chinese, less takes gibberish for a wish.
UNKNOWN = 0.3
_WORDS_FILE = "intents.json"
_ARRAYS_FILE = "intents.npz"


@dataclass(frozen=True, slots=True)
class Ranked:
    """An intent and how likely it is to be meant, 0 to 1. Each stands for itself: they do not add up to 1."""

    intent: str
    confidence: float


@dataclass(frozen=True)
class IntentModel:
    """`weights` is grams × intents; `slope` and `offset` turn a margin into a probability (Platt 1999)."""

    labels: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: Floats
    weights: Floats
    bias: Floats
    slope: float
    offset: float

    def margins(self, grams: Counter[str]) -> Floats:
        """One signed distance per intent, positive where the message is taken for it."""
        columns, values = weigh(grams, self.vocabulary, self.idf)
        margins: Floats = values @ self.weights[columns] + self.bias
        return margins

    def rank(self, grams: Counter[str], length: int) -> list[Ranked]:
        """The likeliest intents first."""
        margins = self.margins(grams)
        order = np.argsort(-margins, kind="stable")[:length]
        return [Ranked(self.labels[index], self._confidence(float(margins[index]))) for index in order]

    def _confidence(self, margin: float) -> float:
        return float(1.0 / (1.0 + np.exp(-(self.slope * margin + self.offset))))

    def save(self, folder: Path) -> None:
        """Two files in the folder; overwrites."""
        words = {
            "format": FORMAT,
            "labels": self.labels,
            "grams": sorted(self.vocabulary, key=self.vocabulary.__getitem__),
            "slope": self.slope,
            "offset": self.offset,
        }
        (folder / _WORDS_FILE).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        np.savez_compressed(folder / _ARRAYS_FILE, idf=self.idf, weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Raises ModelFileError if a file is missing, cut short, of another format or of shapes that do not fit."""
        try:
            words = json.loads((folder / _WORDS_FILE).read_text(encoding="utf-8"))
            with (folder / _ARRAYS_FILE).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                idf, weights, bias = arrays["idf"], arrays["weights"], arrays["bias"]
            if words["format"] != FORMAT or weights.shape != (len(words["grams"]), len(words["labels"])):
                raise ModelFileError(f"{folder}: not a model of format {FORMAT}; train the assistant again")
            vocabulary = {gram: index for index, gram in enumerate(words["grams"])}
            return cls(tuple(words["labels"]), vocabulary, idf, weights, bias, words["slope"], words["offset"])
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise ModelFileError(f"{folder}: unreadable ({error}); train the assistant again") from error


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
