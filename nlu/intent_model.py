"""The learned intent model: linear over weighted grams, read from JSON and plain arrays, never a pickle."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlu.errors import ModelFileError

Floats = npt.NDArray[np.float32]
FORMAT = 1
FAMILIES = "wck"  # words, characters, concepts: the first letter of a gram
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
    """Columns and weights of the known grams: sublinear tf × idf, each family (words, pieces) scaled to length 1."""
    known = [(vocabulary[gram], count, gram[0]) for gram, count in grams.items() if gram in vocabulary]
    columns = np.array([column for column, _, _ in known], dtype=np.intp)
    values = (1.0 + np.log(np.array([count for _, count, _ in known], dtype=np.float32))) * idf[columns]
    families = np.array([family for _, _, family in known], dtype="U1")
    for family in FAMILIES:
        values[families == family] /= max(float(np.linalg.norm(values[families == family])), 1e-9)
    return columns, values.astype(np.float32)
