"""`python -m nlu.evaluate --test CSV [--train CSV | --assistant ARCHIVE]`: how well utterances are understood."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rasa.core.agent import Agent
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME

from nlu.errors import NluError
from nlu.finder import EntityFinder
from nlu.folding import Folded, fold
from nlu.grams import GramReader
from nlu.labelled import Labelled, read_labelled
from nlu.learn import OUT_OF_SCOPE, Settings, learn
from nlu.scoring import Measures, Understood, measure
from nlu.tagger import Tagger, tag_reader, train_tagger
from nlu.words import Splitter

# Timed from here on: the first messages after a start fill caches that no later one fills again.
_WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Heard:
    """The likeliest intent of a message, whether it is believed, and (kind, as written) of what was named."""

    intent: str
    sure: bool
    named: tuple[tuple[str, str], ...]


Hear = Callable[[str], Heard]


@contextmanager
def trained_on(rows: Sequence[Labelled]) -> Iterator[Hear]:
    """The assistant's own components, trained on these rows."""
    splitter = Splitter()
    reader = GramReader(splitter)
    model = learn([reader.read(row.text) for row in rows], [row.intent for row in rows], Settings())
    with tempfile.TemporaryDirectory() as folder:
        finder = EntityFinder(tagger=_tagger(rows, Path(folder), splitter))

        def hear(text: str) -> Heard:
            best = model.rank(reader.read(text), 1)[0]
            folded = fold(text)
            return Heard(best.intent, best.confidence >= model.threshold, _named(finder, folded, text, best.intent))

        yield hear


@contextmanager
def shipped(archive: Path) -> Iterator[Hear]:
    """The trained assistant as Rasa serves it."""
    agent = Agent.load(str(archive))
    with closing(asyncio.new_event_loop()) as loop:

        def hear(text: str) -> Heard:
            parsed = loop.run_until_complete(agent.parse_message(text))
            ranking = [entry["name"] for entry in parsed["intent_ranking"]]
            sure = ranking[:1] != [DEFAULT_NLU_FALLBACK_INTENT_NAME]
            named = tuple((one["entity"], text[one["start"] : one["end"]]) for one in parsed["entities"])
            return Heard(ranking[0 if sure else 1] if ranking else OUT_OF_SCOPE, sure and bool(ranking), named)

        yield hear


def evaluate(test: Sequence[Labelled], hear: Hear, *, outside: bool, train_seconds: float | None = None) -> Measures:
    """Asks about every row. Where anything may be out of scope (`outside`), what is not believed is."""
    for row in test[:_WARM_UP]:
        hear(row.text)
    return measure(test, [_understood(hear, row.text, outside=outside) for row in test], train_seconds=train_seconds)


def _understood(hear: Hear, text: str, *, outside: bool) -> Understood:
    began = time.perf_counter()
    heard = hear(text)
    seconds = time.perf_counter() - began
    return Understood(heard.intent if heard.sure or not outside else OUT_OF_SCOPE, heard.named, seconds)


def _named(finder: EntityFinder, folded: Folded, text: str, intent: str) -> tuple[tuple[str, str], ...]:
    spans = [(entity.kind, folded.span(entity.start, entity.end)) for entity in finder.find(folded.text, intent)]
    return tuple((kind, text[start:end]) for kind, (start, end) in spans)


def _tagger(rows: Sequence[Labelled], folder: Path, splitter: Splitter) -> Tagger | None:
    if not any(row.named for row in rows):
        return None
    reader = tag_reader(splitter)
    train_tagger([(row.text, row.intent, row.spans()) for row in rows], folder, reader)
    return Tagger.load(folder, reader)


def _knows_outside(*files: Sequence[Labelled]) -> bool:
    return any(row.intent == OUT_OF_SCOPE for rows in files for row in rows)


def _run(options: argparse.Namespace) -> Measures:
    test = read_labelled(options.test)
    if options.train is None:
        with shipped(options.assistant) as hear:
            return evaluate(test, hear, outside=True)
    train, began = read_labelled(options.train), time.perf_counter()
    with trained_on(train) as hear:
        seconds = time.perf_counter() - began
        return evaluate(test, hear, outside=_knows_outside(train, test), train_seconds=seconds)


def main(arguments: Sequence[str]) -> int:
    """0 done, 1 a file or the assistant cannot be read (argparse answers wrong usage with 2)."""
    parser = argparse.ArgumentParser(prog="python -m nlu.evaluate", description=__doc__)
    parser.add_argument("--test", type=Path, required=True)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--train", type=Path)
    which.add_argument("--assistant", type=Path, help="the trained assistant's archive")
    try:
        print(json.dumps(_run(parser.parse_args(arguments)).as_json(), ensure_ascii=False))
    except NluError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
