"""`python -m nlu.lint FOLDER [TEST_SET ...]`: finds lines that teach two things at once, too little, or the test."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from nlu.annotations import KINDS
from nlu.coverage import coverage
from nlu.errors import TrainingDataError
from nlu.examples import LANGUAGES, Example, read_examples
from nlu.folding import fold, is_emoji
from nlu.language import language_of
from nlu.likeness import lookalikes

LEAST_EXAMPLES = 80


def findings(examples: Sequence[Example], tests: Sequence[Example] = ()) -> Iterator[str]:
    """One sentence each, beginning with file:line of the training line; `tests` are never to be trained on."""
    yield from _repeated(examples)
    yield from _tested(examples, tests)
    yield from _alike(examples)
    yield from _too_few(examples)
    yield from _unreadable(examples)


def key(text: str) -> str:
    """Two lines with one key teach the same: they differ only in case, width, script, spaces or punctuation.

    A line without letters and digits is known by its emoji, and one of punctuation only by that.
    """
    folded = "".join(fold(text).text.split())
    words = "".join(character for character in folded if character.isalnum() or character in "#@")
    return words or "".join(filter(is_emoji, folded)) or folded


def _repeated(examples: Sequence[Example]) -> Iterator[str]:
    first: dict[str, Example] = {}
    for example in examples:
        before = first.setdefault(key(example.text), example)
        if before is example:
            continue
        what = (
            "again"
            if before.intent == example.intent
            else f"already {before.intent}, here {example.intent}: keep one"
        )
        yield f"{example.place}: {example.text!r} stands in {before.place} {what}"


def _tested(examples: Sequence[Example], tests: Sequence[Example]) -> Iterator[str]:
    tested = {key(test.text): test for test in tests}
    for example in examples:
        if test := tested.get(key(example.text)):
            yield f"{example.place}: {example.text!r} is tested in {test.place}: train on another"


def _alike(examples: Sequence[Example]) -> Iterator[str]:
    for pair in lookalikes(examples):
        one, other = pair.first, pair.second
        if key(one.text) != key(other.text):
            what = f"is {other.intent}, and {one.text!r} in {one.place} is {one.intent}: keep one"
            yield f"{other.place}: {other.text!r} {what}"


def _too_few(examples: Sequence[Example]) -> Iterator[str]:
    counts = Counter((example.intent, example.language) for example in examples)
    places: dict[str, str] = {}
    for example in examples:
        places.setdefault(example.intent, example.place)
    for intent in sorted(places):
        for language in LANGUAGES:
            if counts[intent, language] < LEAST_EXAMPLES:
                found = counts[intent, language]
                yield f"{places[intent]}: {intent} has {found} utterances in {language}, {LEAST_EXAMPLES} are needed"


def _unreadable(examples: Sequence[Example]) -> Iterator[str]:
    for example in examples:
        if set(example.text) & set("[]{}"):
            yield f"{example.place}: a bracket outside of an annotation such as [tea](category): {example.text!r}"
        for span in example.spans:
            if span.kind not in KINDS:
                yield f"{example.place}: no entity is called {span.kind!r}; there are {', '.join(KINDS)}"
        # A Chinese line may be Latin letters only: whoever is in a hurry types `tuikuan` or `td`.
        if example.language == "en" and len(example.text) > 3 and language_of(fold(example.text).text) == "zh":
            yield f"{example.place}: {example.text!r} is zh, its folder is en"


def main(arguments: Sequence[str]) -> int:
    """0 nothing found or a report printed, 1 findings (argparse answers wrong usage with 2)."""
    parser = argparse.ArgumentParser(prog="python -m nlu.lint", description=__doc__)
    parser.add_argument("folder", type=Path, help="the training data")
    parser.add_argument("tests", type=Path, nargs="*", help="test sets: none of their lines may be trained on")
    report = parser.add_mutually_exclusive_group()
    report.add_argument("--coverage", action="store_true", help="print how much there is of everything instead")
    report.add_argument("--doubts", action="store_true", help="print what a model takes for another intent instead")
    options = parser.parse_args(arguments)
    try:
        examples = read_examples(options.folder)
        if options.coverage or options.doubts:
            print(_report(examples, on_coverage=options.coverage))
            return 0
        found = list(findings(examples, [test for folder in options.tests for test in read_examples(folder)]))
    except TrainingDataError as error:
        found = [str(error)]
    print("\n".join(found) if found else "no findings")
    return 1 if found else 0


def _report(examples: Sequence[Example], *, on_coverage: bool) -> str:
    if on_coverage:
        return coverage(examples)
    # Rasa and TensorFlow come with a model and take seconds: only who asks for doubts waits for them.
    from nlu.doubts import doubts

    return doubts(examples)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
