"""Goods that are written as they sound (耳几 for 耳机) or with a letter wrong (matress)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nlu.language import HAN
from nlu.sounds import sound

_HAN_RUN = re.compile(f"[{HAN}]+")
_WORD = re.compile(r"[a-z]+")
# Shorter words are a letter away from too many others.
_SHORTEST = 5
_LONGEST_SOUND = 4


class Misspelt:
    """Knows names, and finds what is nearly one of them and none itself. A hint, no proof: it takes 已付 for 衣服."""

    def __init__(self, names: Iterable[str]) -> None:
        known = [name for name in names if len(name) > 1]
        self._names = frozenset(known)
        self._sounds = frozenset(_sounds(name) for name in known if _HAN_RUN.fullmatch(name))
        words = {word for name in known if name.isascii() for word in _WORD.findall(name) if len(word) >= _SHORTEST}
        self._words = frozenset(words)
        self._shortened = frozenset(short for word in words for short in _one_letter_less(word))

    def find(self, folded_text: str) -> Iterator[tuple[int, int]]:
        """The stretches that would be goods if they were spelt well."""
        for run in _HAN_RUN.finditer(folded_text):
            yield from self._heard(run.group(), run.start())
        for word in _WORD.finditer(folded_text):
            if self._a_letter_off(word.group()):
                yield word.span()

    def _heard(self, run: str, offset: int) -> Iterator[tuple[int, int]]:
        place = 0
        while place < len(run):
            size = self._heard_at(run, place)
            if size and run[place : place + size] not in self._names:
                yield offset + place, offset + place + size
            place += size or 1

    def _heard_at(self, run: str, place: int) -> int:
        longest = min(_LONGEST_SOUND, len(run) - place)
        return next((size for size in range(longest, 1, -1) if _sounds(run[place : place + size]) in self._sounds), 0)

    def _a_letter_off(self, word: str) -> bool:
        """One letter left out, put in, exchanged for another, or two swapped (Garbe's symmetric deletions)."""
        if len(word) < _SHORTEST or word in self._words:
            return False
        return word in self._shortened or any(
            short in self._shortened or short in self._words for short in _one_letter_less(word)
        )


def _sounds(text: str) -> tuple[str, ...]:
    return tuple(sound(character) for character in text)


def _one_letter_less(word: str) -> Iterator[str]:
    # The first letter is seldom the wrong one, and without it too many words are alike.
    return (word[:place] + word[place + 1 :] for place in range(1, len(word)))
