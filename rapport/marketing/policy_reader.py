"""Reads the shop's policy file: the whole of it, or nothing, with the file and line of what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.marketing.errors import RuleError, choices
from rapport.marketing.marked_yaml import Document, read
from rapport.marketing.placeholders import fill_some, placeholders
from rapport.marketing.policies import Policies, Policy, TopicPolicy
from rapport.marketing.vocabulary import INTENTS
from rapport.settings import LANGUAGES

PLACES = frozenset({"shop", "name", "points"})
# To somebody who is not signed in there is no name or balance to tell.
ANONYMOUS_PLACES = frozenset({"shop"})
SECTIONS = ("answers", "topics", "buttons")
TOPIC_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
LONGEST_QUESTION = 200


def read_policies(path: Path, promised: Mapping[str, int]) -> Policies:
    """The whole file or nothing; figures of `promised` that it names are filled in, customers' places are left.

    Raises RuleError with file and line, OSError where there is no file.
    """
    documents = read(path.read_bytes(), str(path))
    if len(documents) != 1:
        raise RuleError(str(path), 1, f"holds {len(documents)} documents; write one, with `answers` and `buttons`")
    return _Reader(documents[0], promised).policies()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Every complaint names the line it is about."""

    document: Document
    promised: Mapping[str, int]

    def policies(self) -> Policies:
        self._mapping(self.document.data, (), known=SECTIONS, needed=("answers", "buttons"))
        buttons, answers = self.document.data["buttons"], self.document.data["answers"]
        topics = self.document.data.get("topics", {})
        self._mapping(buttons, ("buttons",), known=INTENTS)
        self._mapping(answers, ("answers",), known=INTENTS)
        titles = {intent: self._titles(("buttons", intent), titles) for intent, titles in buttons.items()}
        if not isinstance(topics, dict):
            raise self.document.error(("topics",), "must be a mapping of topics by their names")
        return Policies(
            {intent: self._policy(intent, parts, titles) for intent, parts in answers.items()},
            titles,
            {name: self._topic(name, parts, titles) for name, parts in topics.items()},
        )

    def _topic(self, name: str, parts: Any, titles: Iterable[str]) -> TopicPolicy:
        path = ("topics", name)
        if not TOPIC_NAME.fullmatch(name):
            raise self.document.error(path, f"{name!r} is no name of a topic; write small letters, digits and _")
        self._mapping(parts, path, known=(*LANGUAGES, "intents", "questions", "buttons"), needed=LANGUAGES)
        texts = {language: parts[language] for language in LANGUAGES}
        return TopicPolicy(
            self._sentences(path, texts, places=ANONYMOUS_PLACES),
            self._names((*path, "intents"), parts.get("intents", []), INTENTS, "intent"),
            self._questions((*path, "questions"), parts.get("questions", {})),
            self._buttons((*path, "buttons"), parts.get("buttons", []), titles),
        )

    def _questions(self, path: tuple[str, ...], questions: Any) -> tuple[str, ...]:
        """Of both languages together: the search finds a topic in either."""
        self._mapping(questions, path, known=LANGUAGES)
        return tuple(
            question for language, asked in questions.items() for question in self._asked((*path, language), asked)
        )

    def _asked(self, path: tuple[str, ...], questions: Any) -> Iterable[str]:
        if not isinstance(questions, list):
            raise self.document.error(path, "must be a list of questions")
        for place, question in enumerate(questions):
            if not isinstance(question, str) or not 0 < len(question.strip()) <= LONGEST_QUESTION:
                raise self.document.error((*path, place), f"must be a text of up to {LONGEST_QUESTION} letters")
        return (question.strip() for question in questions)

    def _policy(self, intent: str, parts: Any, titles: Iterable[str]) -> Policy:
        path = ("answers", intent)
        self._mapping(parts, path, known=(*LANGUAGES, "known", "buttons"), needed=LANGUAGES)
        anonymous = {language: parts[language] for language in LANGUAGES}
        known = parts.get("known")
        return Policy(
            self._sentences(path, anonymous, places=ANONYMOUS_PLACES),
            {} if known is None else self._sentences((*path, "known"), known, places=PLACES),
            self._buttons((*path, "buttons"), parts.get("buttons", []), titles),
        )

    def _titles(self, path: tuple[str, ...], texts: Any) -> dict[str, str]:
        self._mapping(texts, path, known=LANGUAGES, needed=LANGUAGES)
        for language, text in texts.items():
            self._check((*path, language), text, frozenset())
        return {language: text.strip() for language, text in texts.items()}

    def _sentences(self, path: tuple[str, ...], texts: Any, *, places: frozenset[str]) -> dict[str, str]:
        self._mapping(texts, path, known=LANGUAGES, needed=LANGUAGES)
        for language, text in texts.items():
            self._check((*path, language), text, places | self.promised.keys())
        return {language: fill_some(text.strip(), self.promised) for language, text in texts.items()}

    def _check(self, path: tuple[str, ...], text: Any, places: frozenset[str]) -> None:
        if not isinstance(text, str) or not text.strip():
            raise self.document.error(path, "must be a text")
        try:
            unknown = placeholders(text) - places
        except ValueError as error:
            raise self.document.error(path, f"{error}; write a brace that is meant as one twice") from error
        if unknown:
            may = ", ".join(f"{{{place}}}" for place in sorted(places)) or "none"
            raise self.document.error(path, f"{{{min(unknown)}}} means nothing here; what may stand here: {may}")

    def _buttons(self, path: tuple[str, ...], intents: Any, titles: Iterable[str]) -> tuple[str, ...]:
        return self._names(path, intents, titles, "button")

    def _names(self, path: tuple[str, ...], intents: Any, known: Iterable[str], what: str) -> tuple[str, ...]:
        if not isinstance(intents, list):
            raise self.document.error(path, "must be a list of intents")
        for place, intent in enumerate(intents):
            if intent not in known:
                raise self.document.error((*path, place), f"no {what} {intent!r}; {choices(intent, known)}")
        return tuple(intents)

    def _mapping(
        self, value: Any, path: tuple[str, ...], *, known: Iterable[str], needed: Iterable[str] = ()
    ) -> None:
        if not isinstance(value, dict):
            raise self.document.error(path, f"must be a mapping; {choices('', known)}")
        for name in value:
            if name not in known:
                raise self.document.error((*path, name), f"unknown word {name!r}; {choices(name, known)}")
        for name in needed:
            if name not in value:
                raise self.document.error(path, f"{name} is missing")
