"""`python -m nlu.crossval [--json] [--test HELD_OUT] FOLDER`: how well intents are told apart."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from nlu.errors import TrainingDataError
from nlu.examples import Example, read_examples
from nlu.grams import GramReader
from nlu.learn import Settings, learn
from nlu.words import Splitter

FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
_WORST = 12


@dataclass(frozen=True, slots=True)
class Guess:
    """What a model that had not seen the example takes it for, and how surely."""

    example: Example
    intent: str
    confidence: float

    def at(self, threshold: float) -> str:
        """The intent as the assistant would act on it: an unsure one is out of scope."""
        return OUT_OF_SCOPE if self.confidence < threshold else self.intent


@dataclass(frozen=True, slots=True)
class Report:
    """Shares are 0 to 1; `worst` lists (meant, taken for, how often)."""

    examples: int
    threshold: float
    macro_f1: dict[str, float]
    accuracy: float
    in_scope_accuracy: float
    out_of_scope_recall: float
    worst: list[tuple[str, str, int]]


def guesses(examples: Sequence[Example], *, folds: int = 5, settings: Settings | None = None) -> list[Guess]:
    """One guess per example, from shuffled folds that keep each intent's share in each language."""
    settings = settings or Settings()
    reader = GramReader(Splitter())
    rows = [reader.read(example.text) for example in examples]
    strata = [f"{example.intent} {example.language}" for example in examples]
    found: dict[int, Guess] = {}
    for train, held in StratifiedKFold(folds, shuffle=True, random_state=settings.seed).split(rows, strata):
        model = learn([rows[index] for index in train], [examples[index].intent for index in train], settings)
        for index in held:
            best = model.rank(rows[index], 1)[0]
            found[int(index)] = Guess(examples[index], best.intent, best.confidence)
    return [found[index] for index in range(len(examples))]


def held_out(train: Sequence[Example], test: Sequence[Example], *, settings: Settings | None = None) -> list[Guess]:
    """One guess per test example of a model that learned from all of `train`."""
    settings = settings or Settings()
    reader = GramReader(Splitter())
    model = learn([reader.read(example.text) for example in train], [example.intent for example in train], settings)
    best = [model.rank(reader.read(example.text), 1)[0] for example in test]
    return [Guess(example, taken.intent, taken.confidence) for example, taken in zip(test, best, strict=True)]


def report(found: Sequence[Guess], threshold: float) -> Report:
    """Scores at one fallback threshold; below it a guess counts as out_of_scope."""
    meant = np.array([guess.example.intent for guess in found])
    taken = np.array([guess.at(threshold) for guess in found])
    languages = np.array([guess.example.language for guess in found])
    scope = meant != OUT_OF_SCOPE
    f1 = {name: float(f1_score(meant[rows], taken[rows], average="macro")) for name, rows in _parts(languages)}
    confused = Counter((str(a), str(b)) for a, b in zip(meant, taken, strict=True) if a != b)
    return Report(
        examples=len(found),
        threshold=threshold,
        macro_f1=f1,
        accuracy=float(np.mean(meant == taken)),
        in_scope_accuracy=float(np.mean((meant == taken)[scope])),
        out_of_scope_recall=float(np.mean(taken[~scope] == OUT_OF_SCOPE)),
        worst=[(meant, taken, count) for (meant, taken), count in confused.most_common(_WORST)],
    )


def _parts(languages: npt.NDArray[np.str_]) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    yield "all", np.ones(len(languages), dtype=bool)
    yield from ((name, languages == name) for name in sorted(set(languages)))


def main(arguments: Sequence[str]) -> int:
    """0 done, 1 the training data cannot be read (argparse answers wrong usage with 2)."""
    parser = argparse.ArgumentParser(prog="python -m nlu.crossval", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("data/nlu"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--threshold", type=float, default=0.3, help="the assistant's own, in rasa/config.yml")
    parser.add_argument(
        "--test", type=Path, metavar="FOLDER", help="measure on these utterances, train on all others"
    )
    options = parser.parse_args(arguments)
    try:
        examples = read_examples(options.folder)
        found = held_out(examples, read_examples(options.test)) if options.test else guesses(examples)
    except TrainingDataError as error:
        print(error, file=sys.stderr)
        return 1
    result = report(found, options.threshold)
    print(json.dumps(asdict(result)) if options.json else _table(result))
    return 0


def _table(result: Report) -> str:
    lines = [f"{result.examples} utterances held out, fallback below {result.threshold}"]
    lines += [f"macro-F1 {name:<4} {score:.3f}" for name, score in result.macro_f1.items()]
    lines += [f"accuracy {result.accuracy:.3f}, in scope {result.in_scope_accuracy:.3f}"]
    lines += [
        f"out-of-scope recall {result.out_of_scope_recall:.3f}",
        "most confused (meant, taken for, times):",
    ]
    lines += [f"  {meant:<22} {taken:<22} {count}" for meant, taken, count in result.worst]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
