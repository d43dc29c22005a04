"""Where a text speaks of goods any shop might sell: what the catalogue of this one does not name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ruamel.yaml import YAML

from nlu.language import HAN
from nlu.misspelt import Misspelt

LEXICON = Path(__file__).with_name("goods.yml")
_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(r"[a-z0-9][a-z0-9'\-]*")
_LONGEST_PHRASE = 4


class Goods:
    """The longest names win; a single Chinese character is none, not even where it is a word of its own (ADR 10)."""

    def __init__(self, lexicon: Path = LEXICON) -> None:
        shelves = list(YAML(typ="safe", pure=True).load(lexicon.read_text(encoding="utf-8")).values())
        self._phrases = frozenset(_singular(name) for shelf in shelves for name in shelf["en"])
        self._names = frozenset(name for shelf in shelves for name in shelf["zh"] if len(name) > 1)
        self._misspelt = Misspelt([*self._phrases, *(f"{name}s" for name in self._phrases), *self._names])
        self._longest_name = max(map(len, self._names))

    def find(self, folded_text: str) -> Iterator[tuple[int, int]]:
        """The stretches of folded text that name goods."""
        yield from self._phrases_in(list(_WORD.finditer(folded_text)))
        yield from self._names_in(folded_text)

    def guess(self, folded_text: str) -> Iterator[tuple[int, int]]:
        """The stretches that would name goods if they were spelt well; hints, many of them wrong."""
        return self._misspelt.find(folded_text)

    def _phrases_in(self, words: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
        place = 0
        while place < len(words):
            for size in range(min(_LONGEST_PHRASE, len(words) - place), 0, -1):
                run = words[place : place + size]
                if _singular(" ".join(word.group() for word in run)) in self._phrases:
                    yield run[0].start(), run[-1].end()
                    place += size
                    break
            else:
                place += 1

    def _names_in(self, text: str) -> Iterator[tuple[int, int]]:
        place = 0
        while place < len(text):
            size = self._name_at(text, place) if _HAN.match(text[place]) or text[place].isalnum() else 0
            if size:
                yield place, place + size
            place += size or 1

    def _name_at(self, text: str, place: int) -> int:
        longest = min(self._longest_name, len(text) - place)
        return next((size for size in range(longest, 1, -1) if text[place : place + size] in self._names), 0)


def stem(word: str) -> str:
    """mugs → mug, boxes → box, accessories → accessory: names are asked for in either number."""
    if not word.isascii() or len(word) < 4 or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


def _singular(phrase: str) -> str:
    words: Iterable[str] = phrase.split(" ")
    return " ".join(stem(word) for word in words)
