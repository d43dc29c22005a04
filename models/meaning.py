"""What a question is about, as features that can be compared: words, pieces of them, and the concepts they mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import yaml

from models.words import STOP_WORDS, fold, is_han, runs, words

FOLDER = Path(__file__).with_name("questions")
# A concept says more than a word, two concepts together more than each; a word that asks says little.
CONCEPT, PAIR, WORD, STOP_WORD, BIGRAM, PIECE = 2.0, 2.0, 1.0, 0.3, 0.5, 0.25
SHORTEST_CUT = 4

Features = Mapping[str, float]


def features(text: str) -> Features:
    """Feature → weight, before it is known how rare each is."""
    folded = fold(text).replace("’", "'")
    found: Counter[str] = Counter()
    for name, weight in (*_words(folded), *_pieces(folded), *_concepts(folded)):
        found[name] += weight  # type: ignore[assignment]  # a Counter adds floats as well
    return found


def concepts(text: str) -> list[str]:
    """The concepts of `questions/concepts.yml` that the text speaks of."""
    return [name for name, pattern in _patterns().items() if pattern.search(text)]


def _words(text: str) -> Iterator[tuple[str, float]]:
    found = words(text)
    for word in found:
        yield f"word:{word}", STOP_WORD if word in STOP_WORDS else WORD
    for one, other in pairwise(found):
        yield f"words:{one} {other}", BIGRAM


def _pieces(text: str) -> Iterator[tuple[str, float]]:
    """Characters in a row: what a splitter of Chinese words and a speller of English ones get wrong."""
    for run in runs(text):
        if is_han(run):
            yield from ((f"piece:{piece}", PIECE if len(piece) == 1 else 2 * PIECE) for piece in _cut(run, (1, 2, 3)))
        elif run not in STOP_WORDS and len(run) >= SHORTEST_CUT:
            yield from ((f"piece:{piece}", PIECE) for piece in _cut(f"<{run}>", (4, 5)))


def _cut(run: str, lengths: Sequence[int]) -> Iterator[str]:
    return (run[start : start + length] for length in lengths for start in range(len(run) - length + 1))


def _concepts(text: str) -> Iterator[tuple[str, float]]:
    found = concepts(text)
    yield from ((f"concept:{name}", CONCEPT) for name in found)
    yield from ((f"concepts:{one} {other}", PAIR) for one, other in combinations(sorted(found), 2))


def read(name: str) -> Any:
    """The file `name`.yml of the questions."""
    # Written by us, and a thousand lines: the loader in C reads it ten times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"), loader)  # noqa: S506  both are safe


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    lexicon = read("concepts")
    return {name: _pattern(words["en"], words["zh"]) for name, words in lexicon.items()}


def _pattern(english: Sequence[str], chinese: Sequence[str]) -> re.Pattern[str]:
    endings = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in english)
    return re.compile(rf"\b(?:{endings})(?!\w)|{'|'.join(map(re.escape, chinese))}")
