"""Finds products by what a customer says of them, in either language, small slips of the keyboard included."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.words import SAME_WORDS, STOP_WORDS, fold, han_runs, is_han, near, words

# BM25's saturation; fields are weighted before it, as BM25F does.
SATURATION = 1.2
NAME, LABEL, DESCRIPTION = 3.0, 2.0, 0.7
# A word said twice in a description weighs less than in one label.
DESCRIPTION_ALONE = 1.75
# A Chinese word no product is named by: 杯子 means what is called …杯 in the end (the noun stands last), and what
# has all its characters in the name counts a little less.
BY_HEAD, BY_CHARACTERS = 0.8, 0.6
# Of what was asked for, by weight, so much must be found; and a hit may not fall this far behind the best.
COVERAGE = 0.35
BEHIND_BEST = 0.5
SHORTEST_CORRECTED = 4
# No name has a longer word, and a pasted wall of letters has more neighbours than memory holds.
LONGEST_CORRECTED = 32
PIECE = 3
# A word the shop never uses weighs like one that so many products have: it must not drown the words it does use.
HOLDERS_OF_AN_UNKNOWN_WORD = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """A product's texts, those of all languages joined."""

    id: int
    name: str
    labels: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """`score` is comparable within one search only; `coverage` is the share of the question found (0–1)."""

    id: int
    score: float
    coverage: float


class CatalogueSearch:
    """An index that never changes; build a new one when the catalogue does.

    Ranking is BM25F (Robertson and Zaragoza, 2009, The Probabilistic Relevance Framework) without length
    normalisation: a shop's texts are short and of one length.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._size = 0
        self._weights: defaultdict[str, dict[int, float]] = defaultdict(dict)
        self._heads: defaultdict[str, set[int]] = defaultdict(set)
        self._by_letter: defaultdict[str, set[int]] = defaultdict(set)
        self._names: dict[int, str] = {}
        for entry in entries:
            self._size += 1
            for text, weight in ((entry.name, NAME), (entry.labels, LABEL), (entry.description, DESCRIPTION)):
                for word in words(text, parts=True):
                    held = self._weights[word]
                    held[entry.id] = held.get(entry.id, 0.0) + weight
            self._names[entry.id] = fold(entry.name)
            for run in han_runs(entry.name):
                for piece in _pieces(run):
                    self._weights[piece][entry.id] = NAME
                self._heads[run[-1]].add(entry.id)
                for letter in run:
                    self._by_letter[letter].add(entry.id)

    def find(self, query: str, *, count: int = 10) -> list[Hit]:
        """The best hits first; empty when nothing answers enough of the question."""
        whole = [piece for run in han_runs(query) for piece in _pieces(run) if piece in self._weights]
        single = [word for word in dict.fromkeys(words(query)) if _says_something(word)]
        # What a splitter tore apart (四件, 套) would find every 套.
        asked = [self._spelled(word) for word in single if not any(word in piece for piece in whole)] + whole
        if not asked:
            return []
        scores: defaultdict[int, float] = defaultdict(float)
        found: defaultdict[int, float] = defaultdict(float)
        titled: set[int] = set()
        for word in asked:
            rarity = self._rarity(word)
            for id_, weight in self._matches(word).items():
                scores[id_] += rarity * weight * (SATURATION + 1) / (weight + SATURATION)
                found[id_] += rarity
                titled |= {id_} if weight > DESCRIPTION_ALONE else set()
        all_of_it = sum(self._rarity(word) for word in asked)
        hits = [
            Hit(id_, score, found[id_] / all_of_it)
            for id_, score in scores.items()
            # A description mentions many things; it counts where no name or label does.
            if found[id_] >= COVERAGE * all_of_it and (id_ in titled or not titled)
        ]
        return _near_the_best(hits)[:count]

    def knows(self, word: str) -> bool:
        """True if this word stands in the name or on the label of anything here."""
        if len(word) == 1 and is_han(word) and word not in self._heads:
            return any(weight >= LABEL for weight in self._weights.get(word, {}).values())
        return any(weight > DESCRIPTION_ALONE for weight in self._matches(self._spelled(word)).values())

    def _matches(self, word: str) -> dict[int, float]:
        """Product → weight of the word in it, or of another for the same kind of thing."""
        same = [self._outright(one) for one in SAME_WORDS.get(word, (word,))]
        found = _heaviest(same)
        # 行李箱 is no 保冷箱: what names end in counts where nothing is called by the word itself.
        if any(weight >= LABEL for weight in found.values()) and not self._is_noun(word):
            return found
        return _heaviest((self._by_noun(word), found))

    def _is_noun(self, word: str) -> bool:
        """True for a word of one character that names end in: 帽子 is what ends in 帽."""
        letters = _letters(word)
        return len(letters) == 1 and letters[-1] in self._heads

    def _outright(self, word: str) -> dict[int, float]:
        """By the word itself: with such things here as end in 帽, a hooded jumper (连帽卫衣) is none."""
        if is_han(word) and self._is_noun(word):
            return self._by_noun(word)
        exact = self._weights.get(word, {})
        if not is_han(word) or any(weight >= LABEL for weight in exact.values()):
            return exact
        in_one_piece = (id_ for id_, name in self._names.items() if len(word) > 1 and word in name)
        return _heaviest((dict.fromkeys(in_one_piece, NAME), exact))

    def _by_noun(self, word: str) -> dict[int, float]:
        """By the noun names end in, or by the word's characters in a name."""
        letters = _letters(word) if is_han(word) else []
        if not letters:
            return {}
        by_head = dict.fromkeys(self._heads.get(letters[-1], ()), NAME * BY_HEAD)
        if len(letters) == 1 and by_head:
            return by_head
        named = set.intersection(*(self._by_letter.get(letter, set()) for letter in letters))
        return _heaviest((dict.fromkeys(named, NAME * BY_CHARACTERS), by_head))

    def _rarity(self, word: str) -> float:
        """The inverse document frequency, never negative."""
        holders = len(self._matches(word)) or min(HOLDERS_OF_AN_UNKNOWN_WORD, self._size)
        return math.log(1 + (self._size - holders + 0.5) / (holders + 0.5))

    def _spelled(self, word: str) -> str:
        """A Latin word nobody here uses is read as the most used one that is a slip away."""
        if word in self._weights or is_han(word) or not word.isalpha():
            return word
        if not SHORTEST_CORRECTED <= len(word) <= LONGEST_CORRECTED:
            return word
        known = [other for other in near(word) if other in self._weights]
        return max(known, key=lambda other: (len(self._weights[other]), other), default=word)


def _letters(word: str) -> list[str]:
    """The characters that say something: 杯 of 杯子."""
    return [letter for letter in word if letter not in STOP_WORDS]


def _pieces(run: str) -> list[str]:
    """Three characters in a row: what a splitter tears apart (四件套 in 水洗棉四件套) is still found whole."""
    return [f"{run[start : start + PIECE]}…" for start in range(len(run) - PIECE + 1)]


def _heaviest(weights: Iterable[Mapping[int, float]]) -> dict[int, float]:
    """Each product with the greatest of its weights."""
    heaviest: dict[int, float] = {}
    for one in weights:
        for id_, weight in one.items():
            heaviest[id_] = max(heaviest.get(id_, 0.0), weight)
    return heaviest


def _says_something(word: str) -> bool:
    # A bare number is an amount or a count, which the caller filters by; a size keeps its unit ("500ml").
    return word not in STOP_WORDS and not word.replace(".", "").isdigit()


def _near_the_best(hits: Sequence[Hit]) -> list[Hit]:
    ranked = sorted(hits, key=lambda hit: (-hit.score, hit.id))
    return [hit for hit in ranked if hit.score >= BEHIND_BEST * ranked[0].score]
