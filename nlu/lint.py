"""`python -m nlu.lint FOLDER`: finds training lines that teach two things at once, or too little of one."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from nlu.annotations import KINDS
from nlu.errors import TrainingDataError
from nlu.examples import LANGUAGES, Example, read_examples
from nlu.folding import fold
from nlu.language import language_of

LEAST_EXAMPLES = 20


def findings(examples: Sequence[Example]) -> Iterator[str]:
    """One sentence each, beginning with file:line."""
    yield from _repeated(examples)
    yield from _too_few(examples)
    yield from _unreadable(examples)


def _repeated(examples: Sequence[Example]) -> Iterator[str]:
    first: dict[str, Example] = {}
    for example in examples:
        before = first.setdefault(_key(example.text), example)
        if before is example:
            continue
        what = (
            "again"
            if before.intent == example.intent
            else f"already {before.intent}, here {example.intent}: keep one"
        )
        yield f"{example.place}: {example.text!r} stands in {before.place} {what}"


def _key(text: str) -> str:
    """Two lines that differ only in case, width, spaces or punctuation teach the same."""
    return "".join(character for character in fold(text).text if character.isalnum() or character in "#@")


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
        other = {"en": "zh", "zh": "en"}[example.language]
        if len(example.text) > 3 and language_of(fold(example.text).text) == other:
            yield f"{example.place}: {example.text!r} is {other}, its folder is {example.language}"


def main(arguments: Sequence[str]) -> int:
    """0 nothing found, 1 findings, 2 wrong usage."""
    if len(arguments) != 1:
        print("usage: python -m nlu.lint FOLDER", file=sys.stderr)
        return 2
    try:
        found = list(findings(read_examples(Path(arguments[0]))))
    except TrainingDataError as error:
        found = [str(error)]
    print("\n".join(found) if found else "no findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
