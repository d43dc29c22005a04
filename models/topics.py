"""Finds the topic a question is about, in whatever words and either language it is asked."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from models.meaning import Features, features, read

LANGUAGES = ("zh", "en")
# How much the nearest single example counts beside all of a topic's together.
NEAREST = 0.25
# By cross-validation on the examples: above this lead 96 of 100 topics are right, and of the questions about
# something else altogether one in twenty-five gets this far.
SURE = 0.5
NONE = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A name, its texts in all languages, and examples of how it is asked for."""

    name: str
    texts: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """`score` is 1 + NEAREST where a question is asked in the words of every example, 0 where in none.

    `lead` is by how much the topic is nearer than questions no policy answers.
    """

    name: str
    score: float
    lead: float

    @property
    def sure(self) -> bool:
        """True if this can be answered without anything else that speaks for the topic."""
        return self.lead >= SURE


class TopicSearch:
    """An index that never changes; build a new one when a topic does (a tenth of a second for 35 topics).

    Each topic is the centroid of its examples in a space of words and concepts, weighted by rarity (Rocchio 1971, in
    The SMART Retrieval System); a question is scored by its cosine to the centroid and to the nearest example.
    """

    def __init__(self, topics: Iterable[Topic]) -> None:
        examples = [(topic.name, text) for topic in topics for text in _examples(topic)]
        examples += [(NONE, text) for text in _unanswerable()]
        rows = [_features(text) for _, text in examples]
        holders = Counter(name for row in rows for name in row)
        self._unheard = math.log(len(rows) + 1) + 1
        self._rarity = {name: math.log((len(rows) + 1) / (count + 1)) + 1 for name, count in holders.items()}
        self._topics = [name for name, _ in examples]
        self._centroids: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self._examples: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        self._add([self._weighed(row) for row in rows])

    def rank(self, question: str) -> list[Ranked]:
        """Every topic that has anything to do with the question, the best first."""
        asked = self._weighed(features(question))
        scores: defaultdict[str, float] = defaultdict(float)
        for name, weight in asked.items():
            for topic, held in self._centroids.get(name, {}).items():
                scores[topic] += weight * held
        for topic, nearness in self._nearest(asked).items():
            scores[topic] += NEAREST * nearness
        nothing = scores.pop(NONE, 0.0)
        ranked = [Ranked(topic, score, score - nothing) for topic, score in scores.items()]
        return sorted(ranked, key=lambda one: (-one.score, one.name))

    def _add(self, rows: list[Features]) -> None:
        sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for place, row in enumerate(rows):
            for name, weight in row.items():
                sums[self._topics[place]][name] += weight  # type: ignore[assignment]  # a Counter adds floats as well
                self._examples[name].append((place, weight))
        for topic, total in sums.items():
            for name, weight in _of_length_one(total).items():
                self._centroids[name][topic] = weight

    def _nearest(self, asked: Features) -> Mapping[str, float]:
        cosines: defaultdict[int, float] = defaultdict(float)
        for name, weight in asked.items():
            for place, held in self._examples.get(name, ()):
                cosines[place] += weight * held
        nearest: dict[str, float] = {}
        for place, cosine in cosines.items():
            topic = self._topics[place]
            nearest[topic] = max(nearest.get(topic, 0.0), cosine)
        return nearest

    def _weighed(self, row: Features) -> dict[str, float]:
        """A direction; a word no example has takes from it: "will it rain tomorrow" is not all about tomorrow."""
        known = {name: weight * self._rarity[name] for name, weight in row.items() if name in self._rarity}
        unknown = [weight for name, weight in row.items() if name not in known and name.startswith("word:")]
        return _of_length_one(known, beside=sum((weight * self._unheard) ** 2 for weight in unknown))


def known_questions(topic: str) -> tuple[str, ...]:
    """The examples shipped for a topic that any shop has; none for one of a shop's own."""
    return tuple(question for language in LANGUAGES for question in _shipped(language).get(topic, ()))


def known_topics() -> tuple[str, ...]:
    """The topics that examples are shipped for."""
    return tuple(_shipped(LANGUAGES[0]))


def _examples(topic: Topic) -> Iterable[str]:
    return (*topic.texts, *topic.questions)


def _unanswerable() -> Iterable[str]:
    return (question for language in LANGUAGES for question in _read("none")[language])


def _shipped(language: str) -> Mapping[str, list[str]]:
    return _read(language)


@cache
def _read(name: str) -> Mapping[str, list[str]]:
    questions: Mapping[str, list[str]] = read(name)
    return questions


# The shipped examples are read once, however often the shop edits its file.
_features = cache(features)


def _of_length_one(row: Mapping[str, float], *, beside: float = 0.0) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in row.values()) + beside) or 1.0
    return {name: weight / length for name, weight in row.items()}
