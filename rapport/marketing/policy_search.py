"""Finds what the shop has to say to a question: by its meaning, with the intent as a hint."""

from __future__ import annotations

from collections.abc import Mapping

from models.topics import Ranked, Topic, TopicSearch, known_questions
from models.words import words
from rapport.marketing.policies import TopicPolicy

# What the intent is worth beside the words: as much as a third of a topic's examples in the same words.
HINT = 0.2
# Heard with an intent of its own, a topic need not stand out as far as one that nothing else speaks for; but where
# two are as near, or a word alone is said ("delivery"), the intent's whole answer says more than one of them.
LIKELY, CLEAR = 0.2, 0.06
UNHEARD = frozenset({"nlu_fallback", "out_of_scope"})


class PolicySearch:
    """An index over the topics of one version of the file."""

    def __init__(self, topics: Mapping[str, TopicPolicy]) -> None:
        self._topics = topics
        self._search = TopicSearch(
            Topic(name, tuple(topic.texts.values()), (*known_questions(name), *topic.questions))
            for name, topic in topics.items()
        )

    @property
    def topics(self) -> TopicSearch:
        """The same topics, for whoever compares texts by what they are about."""
        return self._search

    def rank(self, question: str) -> list[Ranked]:
        """Every topic by its nearness to the question alone."""
        return self._search.rank(question)

    def find(self, question: str, intent: str) -> str | None:
        """The name of the topic asked about, if that is likely enough for the intent that was heard."""
        hinted = [(one.score + HINT * self._belongs(one.name, intent), one) for one in self.rank(question)]
        if not hinted or len(words(question)) < 2:
            return None
        (score, best), *others = sorted(hinted, key=lambda one: -one[0])
        clear = not others or score - others[0][0] >= CLEAR
        likely = clear and best.lead >= LIKELY and self._belongs(best.name, intent)
        return best.name if likely or best.sure else None

    def surely(self, question: str, intent: str) -> bool:
        """True if the question is about a topic beyond doubt, and the intent does not speak against it."""
        best = next(iter(self.rank(question)), None)
        if best is None:
            return False
        return best.sure and (intent in UNHEARD or self._belongs(best.name, intent))

    def _belongs(self, name: str, intent: str) -> bool:
        """A topic without an intent of ours is one of the shop's own: it is asked for where no intent is heard."""
        intents = self._topics[name].intents
        return intent in intents or (not intents and intent in UNHEARD)
