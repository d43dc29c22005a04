"""What the intent model looks at: words, pairs of words and pieces of words, with names and numbers masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from nlu.concepts import Concepts
from nlu.entities import pattern_entities
from nlu.entity import Entity
from nlu.folding import fold
from nlu.words import Splitter, Word

# Which of them a customer wrote never tells the intent, only that there is one.
MASKED = frozenset({"email", "phone", "order_id", "budget", "date"})
_HAN_PIECES = (1, 2, 3)
_LATIN_PIECES = (2, 3, 4, 5)


class GramReader:
    """Turns a message into counted grams; each gram's first letter says its family (w word, c characters)."""

    def __init__(self, splitter: Splitter) -> None:
        self._splitter = splitter
        self._concepts = Concepts()

    def read(self, text: str) -> Counter[str]:
        """Counted grams of one message as the customer wrote it."""
        folded = fold(text).text
        masks = [entity for entity in pattern_entities(folded) if entity.kind in MASKED]
        words = _masked(self._splitter.split(folded), masks)
        concepts = self._concepts.find(folded)
        return Counter([*_word_grams(words), *_pieces(words), *_concept_grams(concepts)])


def _masked(words: Sequence[Word], masks: Sequence[Entity]) -> list[Word]:
    """The words with every masked stretch put as one word such as <email>."""
    kept = [word for word in words if not any(_touches(word, mask) for mask in masks)]
    put = [Word(f"<{mask.kind}>", mask.start, mask.end, han=False) for mask in masks]
    return sorted(kept + put, key=lambda word: word.start)


def _touches(word: Word, mask: Entity) -> bool:
    return word.start < mask.end and mask.start < word.end


def _word_grams(words: Sequence[Word]) -> Iterator[str]:
    texts = ["^", *(word.text for word in words), "$"]
    yield from (f"w{text}" for text in texts[1:-1])
    yield from (f"w{first} {second}" for first, second in pairwise(texts))


def _concept_grams(concepts: Sequence[str]) -> Iterator[str]:
    """Each concept, and each two that come together: `not` says little until `arrive` stands with it."""
    yield from (f"k{concept}" for concept in concepts)
    yield from (f"k{first}+{second}" for first, second in combinations(concepts, 2))


def _pieces(words: Sequence[Word]) -> Iterator[str]:
    """Pieces of Chinese across word borders (a splitter's borders waver), of other words within the word."""
    run = ""
    for word in [*words, Word(" ", 0, 0, han=False)]:
        if word.han:
            run += word.text
            continue
        if run:
            yield from _slices(run, _HAN_PIECES)
            run = ""
        if word.text[0].isalnum():
            yield from _slices(f" {word.text} ", _LATIN_PIECES)


def _slices(text: str, sizes: Sequence[int]) -> Iterator[str]:
    for size in sizes:
        yield from (f"c{text[start : start + size]}" for start in range(len(text) - size + 1))
