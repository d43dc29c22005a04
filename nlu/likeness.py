"""Finds utterances that are nearly the same, although they are said to mean different things."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlu.examples import Example
from nlu.folding import fold, is_emoji

# From here on a reader no longer sees why two lines have different intents.
LEAST_LIKENESS = 0.85
_PIECE = 3


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """Two examples of different intents; `likeness` is the share of pieces they have in common (Jaccard)."""

    first: Example
    second: Example
    likeness: float


def lookalikes(examples: Sequence[Example], least: float = LEAST_LIKENESS) -> Iterator[Lookalikes]:
    """Every pair of different intents at least so alike, in the order of their later example.

    Only pairs that share one of their rarest pieces are compared: where two sets have a Jaccard of `least`, they must
    (prefix filtering, Chaudhuri, Ganti and Kaushik 2006).
    """
    pieces = [pieces_of(example) for example in examples]
    frequency = Counter(piece for own in pieces for piece in own)
    holders: dict[str, list[int]] = defaultdict(list)
    for index, own in enumerate(pieces):
        rare = _rarest(own, frequency, least)
        for other in sorted({other for piece in rare for other in holders[piece]}):
            if examples[other].intent == examples[index].intent:
                continue
            if (likeness := _jaccard(own, pieces[other])) >= least:
                yield Lookalikes(examples[other], examples[index], likeness)
        for piece in rare:
            holders[piece].append(index)


def pieces_of(example: Example) -> frozenset[str]:
    """Three characters each of the folded text; what is named is one character, its kind; punctuation is none."""
    symbols = ["^", *_masked(example), "$"]
    return frozenset("".join(three) for three in zip(symbols, symbols[1:], symbols[2:], strict=False))


def _masked(example: Example) -> Iterator[str]:
    end = 0
    for span in example.spans:
        yield from _plain(example.text[end : span.start])
        yield f"<{span.kind}>"
        end = span.end
    yield from _plain(example.text[end:])


def _plain(text: str) -> Iterator[str]:
    return (character for character in fold(text).text if character.isalnum() or is_emoji(character))


def _rarest(own: frozenset[str], frequency: Counter[str], least: float) -> list[str]:
    """So many that two sets with a Jaccard of `least` cannot miss each other in them."""
    kept = len(own) - math.ceil(least * len(own)) + 1
    return sorted(own, key=lambda piece: (frequency[piece], piece))[:kept]


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common)
