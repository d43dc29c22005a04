"""The shop's own answers, read from `rules/policies.yml` and again whenever the file changes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actions.texts import placeholders
from rapport.marketing.errors import RuleError, choices
from rapport.marketing.marked_yaml import Document, read
from rapport.marketing.vocabulary import INTENTS
from rapport.settings import LANGUAGES, Language

logger = logging.getLogger(__name__)

PLACES = frozenset({"shop", "name", "points"})
# To somebody who is not signed in there is no name or balance to tell.
ANONYMOUS_PLACES = frozenset({"shop"})


@dataclass(frozen=True, slots=True)
class Policy:
    """What is answered to an intent; `known` is for a signed-in customer where that differs."""

    texts: Mapping[str, str]
    known: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policies:
    """`answers` by intent; `buttons` is intent → language → what the button says."""

    answers: Mapping[str, Policy]
    buttons: Mapping[str, Mapping[str, str]]

    def title(self, intent: str, language: Language) -> str:
        """What the button for an intent says."""
        return self.buttons[intent][language]


class PolicyFile:
    """The newest good version of the file. A broken edit is logged once, with file and line, and changes nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._policies = Policies({}, {})

    def current(self) -> Policies:
        """What holds now; looks at the file's time and size each time."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._policies = read_policies(self._path)
            except (RuleError, OSError) as error:
                logger.error("%s; the answers before this edit stay in use", error)
        return self._policies

    def _look(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size


def read_policies(path: Path) -> Policies:
    """The whole file or nothing. Raises RuleError with file and line, OSError where there is no file."""
    documents = read(path.read_bytes(), str(path))
    if len(documents) != 1:
        raise RuleError(str(path), 1, f"holds {len(documents)} documents; write one, with `answers` and `buttons`")
    return _Reader(documents[0]).policies()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Every complaint names the line it is about."""

    document: Document

    def policies(self) -> Policies:
        self._mapping(self.document.data, (), known=("answers", "buttons"), needed=("answers", "buttons"))
        buttons, answers = self.document.data["buttons"], self.document.data["answers"]
        self._mapping(buttons, ("buttons",), known=INTENTS)
        self._mapping(answers, ("answers",), known=INTENTS)
        titles = {intent: self._sentences(("buttons", intent), titles) for intent, titles in buttons.items()}
        return Policies({intent: self._policy(intent, parts, titles) for intent, parts in answers.items()}, titles)

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

    def _sentences(
        self, path: tuple[str, ...], texts: Any, *, places: frozenset[str] = frozenset()
    ) -> dict[str, str]:
        self._mapping(texts, path, known=LANGUAGES, needed=LANGUAGES)
        for language, text in texts.items():
            self._check((*path, language), text, places)
        return {language: text.strip() for language, text in texts.items()}

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
        if not isinstance(intents, list):
            raise self.document.error(path, "must be a list of intents")
        for place, intent in enumerate(intents):
            if intent not in titles:
                raise self.document.error((*path, place), f"no button {intent!r}; {choices(intent, titles)}")
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
