"""Finds products by what a customer says of them, in either language, small slips of the keyboard included."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.words import STOP_WORDS, han_runs, is_han, near, words

# BM25's saturation; fields are weighted before it, as BM25F does.
SATURATION = 1.2
NAME, LABEL, DESCRIPTION = 3.0, 2.0, 0.7
# A Chinese word no product is named by: 杯子 means what is called …杯 in the end (the noun stands last), and what
# has all its characters in the name counts a little less.
BY_HEAD, BY_CHARACTERS = 0.8, 0.6
# Of what was asked for, by weight, so much must be found; and a hit may not fall this far behind the best.
COVERAGE = 0.35
BEHIND_BEST = 0.5
SHORTEST_CORRECTED = 4
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
        for entry in entries:
            self._size += 1
            for text, weight in ((entry.name, NAME), (entry.labels, LABEL), (entry.description, DESCRIPTION)):
                for word in words(text, parts=True):
                    held = self._weights[word]
                    held[entry.id] = held.get(entry.id, 0.0) + weight
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
        for word in asked:
            rarity = self._rarity(word)
            for id_, weight in self._matches(word).items():
                scores[id_] += rarity * weight * (SATURATION + 1) / (weight + SATURATION)
                found[id_] += rarity
        whole = sum(self._rarity(word) for word in asked)
        hits = [
            Hit(id_, score, found[id_] / whole) for id_, score in scores.items() if found[id_] >= COVERAGE * whole
        ]
        return _near_the_best(hits)[:count]

    def _matches(self, word: str) -> dict[int, float]:
        """Product → weight of the word in it, by the word itself or by its characters."""
        exact = self._weights.get(word, {})
        letters = [letter for letter in word if letter not in STOP_WORDS]
        # 红色 is a label of its own and must not find every 红茶.
        if not is_han(word) or not letters or any(weight >= LABEL for weight in exact.values()):
            return exact
        named = set.intersection(*(self._letters.get(letter, set()) for letter in letters))
        by_characters = dict.fromkeys(named, NAME * BY_CHARACTERS)
        by_head = dict.fromkeys(self._heads.get(letters[-1], ()), NAME * BY_HEAD)
        return by_characters | by_head | exact

    def _rarity(self, word: str) -> float:
        """The inverse document frequency, never negative."""
        holders = len(self._matches(word)) or min(HOLDERS_OF_AN_UNKNOWN_WORD, self._size)
        return math.log(1 + (self._size - holders + 0.5) / (holders + 0.5))

    def _spelled(self, word: str) -> str:
        """A Latin word nobody here uses is read as the most used one that is a slip away."""
        if word in self._weights or is_han(word) or len(word) < SHORTEST_CORRECTED or not word.isalpha():
            return word
        known = [other for other in near(word) if other in self._weights]
        return max(known, key=lambda other: (len(self._weights[other]), other), default=word)


def _says_something(word: str) -> bool:
    # A bare number is an amount or a count, which the caller filters by; a size keeps its unit ("500ml").
    return word not in STOP_WORDS and not word.replace(".", "").isdigit()


def _near_the_best(hits: Sequence[Hit]) -> list[Hit]:
    ranked = sorted(hits, key=lambda hit: (-hit.score, hit.id))
    return [hit for hit in ranked if hit.score >= BEHIND_BEST * ranked[0].score]
