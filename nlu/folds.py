"""What models make of utterances they had not seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sklearn.model_selection import StratifiedKFold

from nlu.examples import Example
from nlu.hearing import Hear, Heard, Line, trained_on
from nlu.words import Splitter

Progress = Callable[[str], None]
# Of the shuffle into folds; the models' own seeds are those they are shipped with.
_SEED = 7


@dataclass(frozen=True, slots=True)
class Guess:
    """What a model that had not seen the example made of it, and in how many seconds."""

    example: Example
    heard: Heard
    seconds: float


def silent(_: str) -> None:
    """Progress nobody waits for."""


def guesses(examples: Sequence[Example], *, folds: int = 5, progress: Progress = silent) -> list[Guess]:
    """One guess per example, in their order, from shuffled folds that keep each intent's share in each language."""
    splitter = Splitter()
    strata = [f"{example.intent} {example.language}" for example in examples]
    parts = StratifiedKFold(folds, shuffle=True, random_state=_SEED).split(strata, strata)
    found: dict[int, Guess] = {}
    for number, (learned, held) in enumerate(parts, 1):
        progress(f"fold {number} of {folds}: learning from {len(learned)} utterances …")
        with trained_on([line(examples[index]) for index in learned], splitter) as hear:
            progress(f"fold {number} of {folds}: asking about {len(held)} others …")
            found |= {int(index): guess for index, guess in zip(held, asked(hear, examples, held), strict=True)}
    return [found[index] for index in range(len(examples))]


def held_out(train: Sequence[Example], test: Sequence[Example], *, progress: Progress = silent) -> list[Guess]:
    """One guess per test example of a model that learned from all of `train`."""
    progress(f"learning from {len(train)} utterances …")
    with trained_on([line(example) for example in train]) as hear:
        progress(f"asking about {len(test)} others …")
        return list(asked(hear, test))


def asked(hear: Hear, examples: Sequence[Example], which: Sequence[int] | None = None) -> Iterator[Guess]:
    """One guess per example, or per index in `which`."""
    for index in range(len(examples)) if which is None else which:
        began = time.perf_counter()
        heard = hear(examples[index].text)
        yield Guess(examples[index], heard, time.perf_counter() - began)


def line(example: Example) -> Line:
    """The example as it is learned from."""
    return Line(example.text, example.intent, example.spans)
