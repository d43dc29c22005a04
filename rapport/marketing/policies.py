"""The shop's own answers, read from `rules/policies.yml` and again whenever the file changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rapport.settings import Language


@dataclass(frozen=True, slots=True)
class Policy:
    """What is answered to an intent; `known` is for a signed-in customer where that differs."""

    texts: Mapping[str, str]
    known: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicPolicy:
    """What is answered to a finer question, the intents it belongs to, and the shop's examples of asking it."""

    texts: Mapping[str, str]
    intents: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policies:
    """`answers` by intent, `topics` by name; `buttons` is intent → language → what the button says."""

    answers: Mapping[str, Policy]
    buttons: Mapping[str, Mapping[str, str]]
    topics: Mapping[str, TopicPolicy] = field(default_factory=dict)

    def title(self, intent: str, language: Language) -> str:
        """What the button for an intent says."""
        return self.buttons[intent][language]
