"""Finds what a customer names from how it is said: a conditional random field over pieces of the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pycrfsuite

from nlu.annotations import Span
from nlu.errors import ModelFileError
from nlu.folding import fold
from nlu.goods import Goods
from nlu.tagging import TagReader, labels, spans
from nlu.words import Splitter

# A text, its intent and what it names.
Named = tuple[str, str, Sequence[Span]]
# Of lines that name nothing a third teaches as much as all of them, in half the time.
_UNNAMED_SHARE = 3
_FILE = "entities.crfsuite"
# Lafferty et al. 2001, by L-BFGS with elastic-net weights: the same lines give the same file.
_ALGORITHM = "lbfgs"
_SETTINGS = {"c1": 0.3, "c2": 0.1, "max_iterations": 50, "feature.possible_transitions": True}


class Tagger:
    """A trained one. Knows the kinds its training lines were annotated with, whatever they are."""

    def __init__(self, file: Path, reader: TagReader) -> None:
        self._reader = reader
        self._tagger = pycrfsuite.Tagger()
        # Read as bytes: the folder it was trained into may be gone while it serves.
        self._content = file.read_bytes()
        self._tagger.open_inmemory(self._content)

    @classmethod
    def load(cls, folder: Path, reader: TagReader) -> Tagger:
        """Raises ModelFileError if the file is missing, cut short or no model."""
        try:
            return cls(folder / _FILE, reader)
        except (OSError, ValueError) as error:
            raise ModelFileError(f"{folder / _FILE}: unreadable ({error}); train the assistant again") from error

    def find(self, folded_text: str, intent: str) -> list[Span]:
        """What is named in folded text of this intent, in its order."""
        found, features = self._reader.read(folded_text, intent)
        return spans(found, self._tagger.tag(features)) if found else []


def train_tagger(lines: Iterable[Named], folder: Path, reader: TagReader) -> None:
    """Learns from texts, their intents and what they name, also from some that name nothing; writes one file."""
    trainer = pycrfsuite.Trainer(_ALGORITHM, verbose=False)
    trainer.set_params(_SETTINGS)
    for text, intent, named in _taught(lines):
        folded = fold(text)
        found, features = reader.read(folded.text, intent)
        if found:
            trainer.append(features, labels(found, _moved(named, folded.origins)))
    trainer.train(str(folder / _FILE))


def _taught(lines: Iterable[Named]) -> Iterator[Named]:
    unnamed = 0
    for line in lines:
        unnamed += not line[2]
        if line[2] or unnamed % _UNNAMED_SHARE == 1:
            yield line


def tag_reader(splitter: Splitter) -> TagReader:
    """A reader with the shipped lexicon of goods."""
    return TagReader(splitter, Goods())


def _moved(found: Sequence[Span], origins: Sequence[int]) -> list[Span]:
    """Spans of the original as spans of the folded text, where some character has become several."""
    if not found or origins == tuple(range(len(origins))):
        return list(found)
    places = {origin: place for place, origin in reversed(list(enumerate(origins)))}
    return [Span(one.kind, places[one.start], places.get(one.end, len(origins))) for one in found]
