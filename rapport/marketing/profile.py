"""All that is known of a customer now, as frozen values: what rules and models hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature's share in a score: its value, and how far it moved the log-odds."""

    feature: str
    value: float
    effect: float


@dataclass(frozen=True, slots=True)
class ScoreNow:
    """One model's number for a customer; `reasons` strongest first."""

    value: float
    reasons: tuple[Reason, ...] = ()
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the models say of a customer now; a model that is not trained is absent."""

    segment: str | None = None
    scores: Mapping[str, ScoreNow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastEvent:
    """The newest event of its name."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PastMessage:
    """A message that was sent at `at`, or is queued to leave then."""

    id: int
    channel: str
    purpose: str
    at: datetime
    sent: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer as rules see her. `customer_id` is None for somebody who has not said who she is.

    `addresses` and `suppressions` are by channel (the latter's value is its reason), `events` the newest by name,
    `firings` when each rule last set in for her. `responder`: who answers her open conversation.
    """

    customer_id: int | None
    name: str = ""
    language: str = "zh"
    time_zone: str = "Asia/Shanghai"
    segment: str | None = None
    scores: Mapping[str, ScoreNow] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    consents: frozenset[tuple[str, str]] = frozenset()
    addresses: Mapping[str, str] = field(default_factory=dict)
    suppressions: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, PastEvent] = field(default_factory=dict)
    messages: tuple[PastMessage, ...] = ()
    firings: Mapping[str, datetime] = field(default_factory=dict)
    responder: str | None = None

    def happened_since(self, name: str, moment: datetime) -> bool:
        """Whether an event of this name came at or after `moment`."""
        newest = self.events.get(name)
        return newest is not None and newest.at >= moment


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that has just happened, once per `key`; `customer_id` None is somebody unknown."""

    name: str
    customer_id: int | None
    at: datetime
    properties: Mapping[str, Any] = field(default_factory=dict)
    conversation_id: str | None = None
    key: str | None = None

    @property
    def intent(self) -> str | None:
        """What the customer wanted, where the event is a message that was understood."""
        intent = self.properties.get("intent")
        return intent if isinstance(intent, str) else None

    @property
    def sentiment(self) -> float | None:
        """How content that message sounded, 0 to 1, where somebody could tell."""
        sentiment = self.properties.get("sentiment")
        return float(sentiment) if isinstance(sentiment, int | float) else None
