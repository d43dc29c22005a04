"""What the intent model looks at: words, pairs, pieces of words, and how Chinese sounds; names are masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from nlu.entities import pattern_entities
from nlu.entity import Entity
from nlu.folding import fold
from nlu.sounds import sound
from nlu.words import Splitter, Word

# Which of them a customer wrote never tells the intent, only that there is one.
MASKED = frozenset({"email", "phone", "order_id", "budget", "date"})
_HAN_PIECES = (1, 2, 3)
_LATIN_PIECES = (2, 3, 4, 5)
# 发飘 is read as 发票: whoever types by sound picks a wrong character of the right sound.
_SOUNDS = (1, 2, 3)


class GramReader:
    """Turns a message into counted grams; their first letter says the family (w word, c characters, p sounds)."""

    def __init__(self, splitter: Splitter) -> None:
        self._splitter = splitter

    def read(self, text: str) -> Counter[str]:
        """Counted grams of one message as the customer wrote it."""
        folded = fold(text).text
        masks = [entity for entity in pattern_entities(folded) if entity.kind in MASKED]
        words = _masked(self._splitter.split(folded), masks)
        grams = Counter(_word_grams(words))
        for han, run in groupby(words, key=lambda word: word.han):
            pieces_of = _han_grams if han else _latin_grams
            grams.update(pieces_of(run))
        return grams


def _masked(words: Sequence[Word], masks: Sequence[Entity]) -> list[Word]:
    """The words with every masked stretch put as one word such as <email>."""
    if not masks:
        return list(words)
    kept = [word for word in words if not any(_touches(word, mask) for mask in masks)]
    put = [Word(f"<{mask.kind}>", mask.start, mask.end, han=False) for mask in masks]
    return sorted(kept + put, key=lambda word: word.start)


def _touches(word: Word, mask: Entity) -> bool:
    return word.start < mask.end and mask.start < word.end


def _word_grams(words: Sequence[Word]) -> Iterator[str]:
    texts = ["^", *(word.text for word in words), "$"]
    yield from (f"w{text}" for text in texts[1:-1])
    yield from (f"w{first} {second}" for first, second in pairwise(texts))


def _han_grams(words: Iterable[Word]) -> Iterator[str]:
    """Pieces of a Chinese run across word borders (a splitter's borders waver), and its syllables without tones."""
    run = "".join(word.text for word in words)
    yield from (f"c{piece}" for piece in _slices(run, _HAN_PIECES))
    sounds = [sound(character) for character in run]
    for size in _SOUNDS:
        yield from ("p" + " ".join(sounds[start : start + size]) for start in range(len(sounds) - size + 1))


def _latin_grams(words: Iterable[Word]) -> Iterator[str]:
    for word in words:
        if word.text[0].isalnum():
            yield from (f"c{piece}" for piece in _slices(f" {word.text} ", _LATIN_PIECES))


def _slices(text: str, sizes: Sequence[int]) -> Iterator[str]:
    for size in sizes:
        yield from (text[start : start + size] for start in range(len(text) - size + 1))
