"""The assistant's own components, trained on some lines and asked about others, without Rasa around them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nlu.annotations import Span
from nlu.finder import EntityFinder
from nlu.folding import Folded, fold
from nlu.grams import GramReader
from nlu.intent_model import IntentModel
from nlu.kept_meanings import meanings_of
from nlu.learn import OUT_OF_SCOPE, Settings, learn
from nlu.meaning import encode
from nlu.tagger import Tagger, tag_reader, train_tagger
from nlu.words import Splitter


@dataclass(frozen=True, slots=True)
class Line:
    """What is learned from: a text as the customer wrote it, what is meant, and what is named where."""

    text: str
    intent: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """The likeliest intent of a message, whether it is believed, and (kind, as written) of what was named.

    `confidence` is that of `intent`, `inside` that of the likeliest intent other than out_of_scope, both 0 to 1.
    """

    intent: str
    sure: bool
    named: tuple[tuple[str, str], ...]
    inside: float
    confidence: float

    @property
    def acted_on(self) -> str:
        """What is not believed is out of scope."""
        return self.intent if self.sure else OUT_OF_SCOPE


Hear = Callable[[str], Heard]


@contextmanager
def trained_on(lines: Sequence[Line], splitter: Splitter | None = None) -> Iterator[Hear]:
    """Learns intents, threshold and, where any line names something, entities from these lines alone."""
    splitter = splitter or Splitter()
    reader = GramReader(splitter)
    texts = [line.text for line in lines]
    model = learn(
        [reader.read(text) for text in texts], meanings_of(texts), [line.intent for line in lines], Settings()
    )
    with tempfile.TemporaryDirectory() as folder:
        yield heard_by(model, EntityFinder(tagger=_tagger(lines, Path(folder), splitter)), reader)


def heard_by(model: IntentModel, finder: EntityFinder, reader: GramReader) -> Hear:
    """What these make of a text."""

    def hear(text: str) -> Heard:
        best, *others = model.rank(reader.read(text), 2, lambda: encode([text])[0])
        inside = next((one.confidence for one in (best, *others) if one.intent != OUT_OF_SCOPE), 0.0)
        named = _named(finder, fold(text), text, best.intent)
        return Heard(best.intent, best.confidence >= model.threshold, named, inside, best.confidence)

    return hear


def _named(finder: EntityFinder, folded: Folded, text: str, intent: str) -> tuple[tuple[str, str], ...]:
    spans = [(entity.kind, folded.span(entity.start, entity.end)) for entity in finder.find(folded.text, intent)]
    return tuple((kind, text[start:end]) for kind, (start, end) in spans)


def _tagger(lines: Sequence[Line], folder: Path, splitter: Splitter) -> Tagger | None:
    if not any(line.spans for line in lines):
        return None
    reader = tag_reader(splitter)
    train_tagger([(line.text, line.intent, line.spans) for line in lines], folder, reader)
    return Tagger.load(folder, reader)
