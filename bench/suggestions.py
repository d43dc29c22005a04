"""Suggested replies on threads kept apart, beside plain TF-IDF over the same replies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer

from bench.row import Row
from demo.support import Thread, canned, split
from models.words import words
from rapport.chat.known_replies import SHOWN, SMALL_TALK, KnownReplies, known_replies
from rapport.marketing.policy_reader import read_policies
from rapport.marketing.policy_search import PolicySearch
from rapport.settings import LANGUAGES, Language, Settings
from rapport.store.canned_replies import CannedReply
from rapport.store.resolved import Exchange

POLICIES = Path(__file__).parents[1] / "rules" / "policies.yml"
# Which topic of the threads an intent's whole answer is about, where it has another name.
INTENTS = {
    "delivery_problem": "parcel_late", "order_change": "change_address", "order_cancel": "cancel_order",
    "payment_problem": "charged_twice", "coupon_problem": "coupon_rules", "account_problem": "account_access",
    "invoice_request": "invoice_kinds", "loyalty_points": "points_earning", "exchange_request": "exchange",
}  # fmt: skip
Suggest = Callable[[str, str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of one: of three suggestions those of the right topic, and of the questions those with one at least."""

    precision: float
    hit: float


def threads(language: Language) -> tuple[list[Thread], list[Thread]]:
    """Those that are known, and those kept apart."""
    topics = list(split(language))
    return [one for known, _ in topics for one in known], [one for _, apart in topics for one in apart]


def ours(language: Language, known: Sequence[Thread]) -> Suggest:
    """What an agent is shown, as topics."""
    index = _index(language, known)
    shortcuts = {shortcut: one["topic"] for shortcut, one in canned().items()}
    topics = {str(number): thread.topic for number, thread in enumerate(known)}

    def label(source: str, name: str) -> str:
        return {"canned": shortcuts, "thread": topics}.get(source, INTENTS).get(name, name)

    return lambda asked, heard: [label(hit.known.source, hit.known.name) for hit in index.find(asked, intent=heard)]


def plain(language: Language, known: Sequence[Thread]) -> Suggest:
    """TF-IDF over whole words (jieba's for Chinese) of question and answer, cosine, scikit-learn's defaults."""
    policies = read_policies(POLICIES, Settings().promised)
    labelled = [(name, topic.texts[language]) for name, topic in policies.topics.items()]
    labelled += [
        (INTENTS.get(name, name), one.texts[language])
        for name, one in policies.answers.items()
        if name not in SMALL_TALK
    ]
    labelled += [(one["topic"], one[language]) for one in canned().values()]
    labelled += [(thread.topic, f"{thread.asked} {thread.said}") for thread in known]
    vectors = TfidfVectorizer(tokenizer=words, token_pattern=None, lowercase=False)
    rows = vectors.fit_transform([text for _, text in labelled])

    def suggest(asked: str, heard: str) -> list[str]:
        scores = (rows @ vectors.transform([asked]).T).toarray().ravel()
        return [labelled[place][0] for place in (-scores).argsort(kind="stable")[:SHOWN]]

    return suggest


def measured(suggest: Suggest, asked: Iterable[Thread]) -> Figures:
    """Fewer than three suggestions count as wrong ones: precision is over three, always."""
    right = [[topic == thread.topic for topic in suggest(thread.asked, thread.heard)] for thread in asked]
    return Figures(mean(sum(one) / SHOWN for one in right), mean(any(one) for one in right))


def run(settings: Settings) -> Iterable[Row]:
    for language in LANGUAGES:
        known, apart = threads(language)
        us, peer = (measured(make(language, known), apart) for make in (ours, plain))
        work = (
            f"{len(apart)} questions of resolved threads kept apart; from {len(known)} known threads, the shop's"
            " policies and canned replies; right is what has the topic of the thread's own answer; ours is told"
            " the intent the assistant heard as well"
        )
        peer_name, versions = "TF-IDF on words", f"scikit-learn {sklearn.__version__}"
        for name, one, other in (("precision@3", us.precision, peer.precision), ("hit@3", us.hit, peer.hit)):
            yield Row(f"suggestions, {name}, {language}", "%", 100 * one, 100 * other, peer_name, versions, work)


def _index(language: Language, known: Sequence[Thread]) -> KnownReplies:
    policies = read_policies(POLICIES, Settings().promised)
    return known_replies(
        language,
        policies=policies,
        about=PolicySearch(policies.topics),
        canned=[
            CannedReply(shortcut=shortcut, text_zh=one["zh"], text_en=one["en"]) for shortcut, one in canned().items()
        ],
        exchanges=[
            Exchange(str(number), language, one.asked, one.said, (one.heard,), (), "", "")
            for number, one in enumerate(known)
        ],
    )
