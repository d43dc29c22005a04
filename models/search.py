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
# In one piece (红茶 in 玫瑰红茶) it is as good as a word of its own.
BY_HEAD, BY_CHARACTERS, IN_ONE_PIECE = 0.8, 0.6, 1.0
# Of what was asked for, by weight, so much must be found; and a hit may not fall this far behind the best.
COVERAGE = 0.35
BEHIND_BEST = 0.5
SHORTEST_CORRECTED = 4
# No name has a longer word, and a pasted wall of letters has more neighbours than memory holds.
LONGEST_CORRECTED = 32
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
        self._letters: defaultdict[str, set[int]] = defaultdict(set)
        self._names: dict[int, str] = {}
        for entry in entries:
            self._size += 1
            for text, weight in ((entry.name, NAME), (entry.labels, LABEL), (entry.description, DESCRIPTION)):
                for word in words(text, parts=True):
                    held = self._weights[word]
                    held[entry.id] = held.get(entry.id, 0.0) + weight
            self._names[entry.id] = fold(entry.name)
            for run in han_runs(entry.name):
                self._heads[run[-1]].add(entry.id)
                for letter in run:
                    self._letters[letter].add(entry.id)

    def find(self, query: str, *, count: int = 10) -> list[Hit]:
        """The best hits first; empty when nothing answers enough of the question."""
        asked = [self._spelled(word) for word in dict.fromkeys(words(query)) if _says_something(word)]
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
        whole = sum(self._rarity(word) for word in asked)
        hits = [
            Hit(id_, score, found[id_] / whole)
            for id_, score in scores.items()
            # A description mentions many things; it counts where no name or label does.
            if found[id_] >= COVERAGE * whole and (id_ in titled or not titled)
        ]
        return _near_the_best(hits)[:count]

    def knows(self, word: str) -> bool:
        """True if anything here is described by this word."""
        return bool(self._matches(self._spelled(word)))

    def _matches(self, word: str) -> dict[int, float]:
        """Product → weight of the word in it, or of another for the same kind of thing."""
        return _heaviest(self._matches_itself(one) for one in SAME_WORDS.get(word, (word,)))

    def _matches_itself(self, word: str) -> dict[int, float]:
        """By the word itself, by the noun names end in, or by its characters."""
        exact = self._weights.get(word, {})
        letters = [letter for letter in word if letter not in STOP_WORDS]
        if not is_han(word) or not letters:
            return exact
        by_head = dict.fromkeys(self._heads.get(letters[-1], ()), NAME * BY_HEAD)
        # 帽子 is what ends in 帽; with such things here, a hooded jumper (连帽卫衣) is none.
        if len(letters) == 1 and by_head:
            return by_head
        # 红色 is a label of its own and must not find every 红茶.
        if any(weight >= LABEL for weight in exact.values()):
            return exact
        pieces = {True: NAME * IN_ONE_PIECE, False: NAME * BY_CHARACTERS}
        named = set.intersection(*(self._letters.get(letter, set()) for letter in letters))
        return _heaviest(({id_: pieces[word in self._names[id_]] for id_ in named}, by_head, exact))

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
