"""`python -m nlu.evaluate --test CSV [--train CSV | --assistant ARCHIVE]`: how well utterances are understood."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from rasa.core.agent import Agent
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME

from nlu.errors import NluError
from nlu.hearing import Hear, Heard, Line, trained_on
from nlu.labelled import Labelled, read_labelled
from nlu.learn import OUT_OF_SCOPE
from nlu.scoring import Measures, Understood, measure

# Timed from here on: the first messages after a start fill caches that no later one fills again.
_WARM_UP = 20


@contextmanager
def shipped(archive: Path) -> Iterator[Hear]:
    """The trained assistant as Rasa serves it."""
    agent = Agent.load(str(archive))
    with closing(asyncio.new_event_loop()) as loop:

        def hear(text: str) -> Heard:
            parsed = loop.run_until_complete(agent.parse_message(text))
            ranking = {entry["name"]: float(entry["confidence"]) for entry in parsed["intent_ranking"]}
            sure = bool(ranking) and ranking.pop(DEFAULT_NLU_FALLBACK_INTENT_NAME, None) is None
            named = tuple((one["entity"], text[one["start"] : one["end"]]) for one in parsed["entities"])
            intent = next(iter(ranking), OUT_OF_SCOPE)
            inside = max((ranking[name] for name in ranking if name != OUT_OF_SCOPE), default=0.0)
            return Heard(intent, sure, named, inside, ranking.get(intent, 0.0))

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
    return Understood(heard.acted_on if outside else heard.intent, heard.named, seconds)


def _knows_outside(*files: Sequence[Labelled]) -> bool:
    return any(row.intent == OUT_OF_SCOPE for rows in files for row in rows)


def _run(options: argparse.Namespace) -> Measures:
    test = read_labelled(options.test)
    if options.train is None:
        with shipped(options.assistant) as hear:
            return evaluate(test, hear, outside=True)
    train, began = read_labelled(options.train), time.perf_counter()
    with trained_on([Line(row.text, row.intent, row.spans()) for row in train]) as hear:
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
