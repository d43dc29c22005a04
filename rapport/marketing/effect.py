"""What a rule can make happen, as values: whoever decides makes them, `effects.apply` turns them into rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """Says something in the conversation; `texts` is by language, with the placeholders that the docs list."""

    texts: Mapping[str, str]

    def text(self, language: str) -> str:
        """The words in this language, in English for one that is not the shop's."""
        return self.texts.get(language) or self.texts["en"]


@dataclass(frozen=True, slots=True)
class SendMessage:
    """A message by the first of `channels` that may be used; `step` is its place in the rule."""

    channels: tuple[str, ...]
    template: str
    step: int


@dataclass(frozen=True, slots=True)
class IssueCoupon:
    """A discount in per cent for so many days; who still has one of this rule keeps that."""

    percent: int
    days: int


@dataclass(frozen=True, slots=True)
class AddTag:
    tag: str


@dataclass(frozen=True, slots=True)
class StartHandoff:
    """Puts the conversation into the queue for a person."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """The rule goes on at `step` when `due_at` has come, or the event `until` (an event's name)."""

    step: int
    due_at: datetime
    until: str | None = None


Effect = Reply | SendMessage | IssueCoupon | AddTag | StartHandoff | Wait
