"""Finds what was answered to a question like this one: among the shop's texts and what staff said before."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from models.meaning import Features, features
from models.topics import TopicSearch

# Chosen on the known half of the demo shop's threads (docs/assist.md has the figures): what the topics two texts are
# about count beside their words, what the intent counts that was heard, and what it counts to be like the best.
TOPICS, INTENT, ALIKE = 0.5, 0.4, 0.5
BEST, NEAR = 3, 40


@dataclass(frozen=True, slots=True)
class Reply:
    """A text that may be said, and what is known of the questions it answers: one that was asked, their intents, and
    their topic where it is that topic's own text."""

    text: str
    asked: str = ""
    intents: frozenset[str] = frozenset()
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """`place` is the reply's place in what was given; scores compare within one list only."""

    place: int
    score: float


@dataclass(frozen=True, slots=True)
class _Row:
    """A reply as directions of length one: by its words, and by the topics it is about."""

    words: Features
    topics: Features
    intents: frozenset[str] = field(default_factory=frozenset)


class ReplySearch:
    """An index that never changes.

    A reply is the mean direction of its question and its text in the space of words and concepts (`models.meaning`),
    weighted by rarity. A question is scored by its cosine to that, by the cosine of what both are about (their
    nearness to each topic, squared), and by the intent that was heard; then replies like the best ones gain, which is
    pseudo-relevance feedback (Rocchio 1971, in The SMART Retrieval System) on scores instead of on the question.
    """

    def __init__(self, replies: Sequence[Reply], topics: TopicSearch) -> None:
        self._about = topics
        written = [text for reply in replies for text in (reply.asked, reply.text) if text]
        holders = Counter(name for text in written for name in _features(text))
        self._rarity = {name: math.log((len(written) + 1) / (count + 1)) + 1 for name, count in holders.items()}
        self._rows = [self._row(reply) for reply in replies]

    def find(self, question: str, *, intent: str = "", limit: int = BEST) -> list[Found]:
        """The best replies to a question; `intent` is what the assistant heard, "" where that is not known."""
        asked = _Row(self._words(question), self._topics_of(question))
        scores = [_near(asked, row) + INTENT * (intent in row.intents) for row in self._rows]
        first = _best(enumerate(scores), NEAR)
        leaders = first[:BEST]
        raised = [(one, score + ALIKE * self._like(one, leaders)) for one, score in first]
        return [Found(place, score) for place, score in _best(raised, limit)]

    def alike(self, one: int, other: int) -> float:
        """How like each other two replies are in their words: 1 for the same."""
        return _cosine(self._rows[one].words, self._rows[other].words)

    def _like(self, place: int, leaders: Sequence[tuple[int, float]]) -> float:
        row = self._rows[place]
        return sum(score * _near(row, self._rows[best]) for best, score in leaders if best != place) / BEST

    def _row(self, reply: Reply) -> _Row:
        parts = [text for text in (reply.asked, reply.text) if text]
        about = [{reply.topic: 1.0}] if reply.topic else [self._topics_of(part) for part in parts]
        return _Row(_mean(self._words(part) for part in parts), _mean(about), reply.intents)

    def _words(self, text: str) -> dict[str, float]:
        known = {
            name: weight * self._rarity[name] for name, weight in _features(text).items() if name in self._rarity
        }
        return _of_length_one(known)

    def _topics_of(self, text: str) -> dict[str, float]:
        return _about(self._about, text)


# What is indexed is indexed again when a thread joins it.
_features = lru_cache(maxsize=4096)(features)


@lru_cache(maxsize=4096)
def _about(topics: TopicSearch, text: str) -> dict[str, float]:
    return _of_length_one({one.name: one.score**2 for one in topics.rank(text) if one.score > 0})


def _near(one: _Row, other: _Row) -> float:
    return _cosine(one.words, other.words) + TOPICS * _cosine(one.topics, other.topics)


def _best(scored: Iterable[tuple[int, float]], count: int) -> list[tuple[int, float]]:
    """The highest; of equals the one that stands first."""
    return sorted(((place, score) for place, score in scored if score > 0), key=lambda one: (-one[1], one[0]))[:count]


def _mean(rows: Iterable[Mapping[str, float]]) -> dict[str, float]:
    total: defaultdict[str, float] = defaultdict(float)
    for row in rows:
        for name, weight in row.items():
            total[name] += weight
    return _of_length_one(total)


def _of_length_one(row: Mapping[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in row.values())) or 1.0
    return {name: weight / length for name, weight in row.items()}


def _cosine(one: Features, other: Features) -> float:
    """Of directions of length one."""
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other.get(name, 0.0) for name, weight in one.items())
