"""`python -m nlu.crossval [--json] [--folds N] [--picture PNG] [--test FOLDER] [FOLDER]`: what is understood."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from nlu.errors import TrainingDataError
from nlu.examples import read_examples
from nlu.folds import Guess, guesses, held_out
from nlu.report import report, table


def main(arguments: Sequence[str]) -> int:
    """0 done, 1 the training data cannot be read (argparse answers wrong usage with 2)."""
    options = _parser().parse_args(arguments)
    began = time.perf_counter()
    try:
        found = _guesses(options)
    except TrainingDataError as error:
        print(error, file=sys.stderr)
        return 1
    result = report(found, time.perf_counter() - began)
    if options.picture:
        # Here, because nothing else of this package draws: matplotlib takes a second to come.
        from nlu.picture import draw

        draw(found, options.picture)
    print(json.dumps(asdict(result)) if options.json else table(result))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nlu.crossval", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("data/nlu"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folds", type=_folds, default=5)
    parser.add_argument("--picture", type=Path, metavar="PNG", help="draw the confusion matrix")
    parser.add_argument("--test", type=Path, metavar="FOLDER", help="ask about these, learn from all of the others")
    return parser


def _folds(written: str) -> int:
    folds = int(written)
    if folds < 2:
        raise argparse.ArgumentTypeError("at least 2: what is asked about must not have been learned from")
    return folds


def _guesses(options: argparse.Namespace) -> list[Guess]:
    examples = read_examples(options.folder)
    if options.test:
        return held_out(examples, read_examples(options.test), progress=_say)
    return guesses(examples, folds=options.folds, progress=_say)


def _say(progress: str) -> None:
    print(progress, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
