"""All that a reply may be suggested from, in one language: the shop's policies, canned replies, resolved threads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from models.replies import Reply, ReplySearch
from rapport.chat.impersonal import impersonal
from rapport.marketing.policies import Policies
from rapport.marketing.policy_search import PolicySearch
from rapport.settings import Language
from rapport.store.canned_replies import CannedReply
from rapport.store.resolved import Exchange

Source = Literal["policy", "canned", "thread"]
# Nobody who writes this asks for something; what is answered to it is no help to an agent.
SMALL_TALK = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "bot_challenge", "praise", "complaint", "out_of_scope", "handoff"}
)
UNHEARD = SMALL_TALK | {"nlu_fallback"}
# "Please wait a moment." answers nothing.
SHORTEST = {"zh": 10, "en": 24}
# Two suggestions as alike as this are one.
SAME = 0.8
# Below this a text has hardly more in common with the question than any other: of 30 lines that ask for nothing
# ("hmm", "tell me a joke") 18 get no suggestion, and hardly a right one is lost.
LEAST = 0.5
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Known:
    """A text with its variables, and where it is from: a policy's name, a canned reply's shortcut, a conversation."""

    source: Source
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    known: Known
    score: float


class KnownReplies:
    """An index over them, which never changes."""

    def __init__(self, known: Sequence[tuple[Known, Reply]], about: PolicySearch) -> None:
        self._known = [one for one, _ in known]
        self._search = ReplySearch([reply for _, reply in known], about.topics)

    def find(self, question: str, *, intent: str = "") -> tuple[Hit, ...]:
        """Up to three different replies, the best first."""
        hits: list[tuple[int, float]] = []
        for found in self._search.find(question, intent="" if intent in UNHEARD else intent, limit=4 * SHOWN):
            repeated = any(self._search.alike(found.place, place) > SAME for place, _ in hits)
            if found.score >= LEAST and not repeated:
                hits.append((found.place, found.score))
        return tuple(Hit(self._known[place], score) for place, score in hits[:SHOWN])


def known_replies(
    language: Language,
    *,
    policies: Policies,
    about: PolicySearch,
    canned: Iterable[CannedReply],
    exchanges: Iterable[Exchange],
) -> KnownReplies:
    """What may be suggested in this language."""
    found = [*_of_policies(policies, language), *_of_canned(canned, language), *_of_threads(exchanges, language)]
    return KnownReplies(found, about)


def _of_policies(policies: Policies, language: Language) -> Iterable[tuple[Known, Reply]]:
    for name, topic in policies.topics.items():
        text = _unescaped(topic.texts[language])
        yield Known("policy", name, text), Reply(text, intents=frozenset(topic.intents), topic=name)
    for intent, policy in policies.answers.items():
        if intent not in SMALL_TALK:
            text = _unescaped(policy.texts[language])
            yield Known("policy", intent, text), Reply(text, intents=frozenset({intent}))


def _unescaped(text: str) -> str:
    """In a policy a brace that is meant as one is written twice; of its variables only {shop} is possible here."""
    return text.replace("{{", "{").replace("}}", "}")


def _of_canned(canned: Iterable[CannedReply], language: Language) -> Iterable[tuple[Known, Reply]]:
    for one in canned:
        text = one.text_zh if language == "zh" else one.text_en
        yield Known("canned", one.shortcut, text), Reply(text)


def _of_threads(exchanges: Iterable[Exchange], language: Language) -> Iterable[tuple[Known, Reply]]:
    for one in exchanges:
        text = impersonal(one, language)
        if one.language == language and len(text) >= SHORTEST[language]:
            heard = frozenset(one.intents) - UNHEARD
            yield Known("thread", one.conversation_id, text), Reply(text, asked=one.asked, intents=heard)
