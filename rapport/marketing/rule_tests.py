"""Runs the tests that stand in rule files, by the same decisions that customers meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from rapport.marketing.contact_policy import ContactPolicy, Outgoing, allowed, look_again_at
from rapport.marketing.decide import Decision, Place, decide, resume
from rapport.marketing.effect import AddTag, Effect, IssueCoupon, Reply, SendMessage, StartHandoff, Wait
from rapport.marketing.profile import NewEvent, PastEvent, Profile, ScoreNow
from rapport.marketing.rules import Rule, RuleBook, RuleTest
from rapport.marketing.spans import span
from rapport.marketing.vocabulary import CHANNELS, INTENTS, PURPOSES, UNDERSTOOD

# Noon for who lives in UTC, as customers of tests do.
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
EVERY_CONSENT = frozenset((channel, purpose) for channel in CHANNELS for purpose in PURPOSES)


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that did not come out as expected."""

    rule: Rule
    test: RuleTest
    came: str

    @property
    def problem(self) -> str:
        """Which test, what it expected and what came."""
        return f"{self.rule.name}, {self.test.name}: expected {in_words(self.test.expect)}, came {self.came}"


def run_tests(book: RuleBook) -> tuple[int, tuple[Failure, ...]]:
    """How many tests there are, and those that failed."""
    tests = [(rule, test) for rule in book.rules for test in rule.tests]
    return len(tests), tuple(failure for rule, test in tests if (failure := run_test(rule, test)) is not None)


def run_test(rule: Rule, test: RuleTest) -> Failure | None:
    """Lets everything given happen, one thing after the other, until noon; None where it came out as expected.

    Nobody is held out, and the shop's caps and quiet hours are left out: a test is about the rule.
    """
    story = _Story(replace(rule, holdout=0.0), test.given)
    came = _summary(story.tell(), rule)
    expected = {} if isinstance(test.expect, str) else dict(test.expect)
    return None if came == expected else Failure(rule, test, in_words(came or "nothing"))


def in_words(outcome: str | Mapping[str, Any]) -> str:
    """`send recommendations` for what is written `{send: recommendations}`."""
    if isinstance(outcome, str):
        return outcome
    parts = (key if value is True else f"{key} {_listed(value)}" for key, value in sorted(outcome.items()))
    return ", ".join(parts)


def _listed(value: Any) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list) else str(value)


@dataclass(frozen=True, slots=True)
class _Happening:
    event: str
    intent: str | None
    at: datetime


@dataclass(slots=True)
class _Story:
    """A customer's time with one rule: the newest firing is what its limit counts."""

    rule: Rule
    given: Mapping[str, Any]
    fired_at: datetime | None = None

    def tell(self) -> list[tuple[Effect, str | None]]:
        """Every effect until noon, each with the reason it was suppressed for, if it was."""
        told: list[tuple[Effect, str | None]] = []
        happenings = self._happenings()
        for happening in happenings:
            event = NewEvent(happening.event, self._customer_id, happening.at, {"intent": happening.intent})
            profile = self._profile(happenings, happening.at)
            for decision in decide(profile, event, RuleBook((self.rule,)), happening.at):
                told += self._follow(decision, profile, happening.at, happenings)
        return told

    def _follow(
        self, decision: Decision, profile: Profile, began_at: datetime, happenings: Sequence[_Happening]
    ) -> Iterator[tuple[Effect, str | None]]:
        fired_before, self.fired_at = self.fired_at, began_at
        outcomes = list(self._outcomes(decision, profile))
        while (wait := decision.wait) and (due_at := _due(wait, began_at, happenings)) <= NOW:
            profile = self._profile(happenings, due_at)
            decision = resume(self.rule, Place(wait.step, due_at, began_at), profile, due_at, salt="")
            outcomes += self._outcomes(decision, profile)
        if decision.ended or (outcomes and all(reason for _, reason in outcomes)):
            self.fired_at = fired_before
        yield from outcomes

    def _outcomes(self, decision: Decision, profile: Profile) -> Iterator[tuple[Effect, str | None]]:
        for effect in decision.effects:
            if isinstance(effect, SendMessage):
                reasons = [_refusal(profile, channel, self.rule.purpose) for channel in effect.channels]
                yield effect, None if None in reasons else reasons[0]
            elif not isinstance(effect, Wait):
                yield effect, None

    def _happenings(self) -> list[_Happening]:
        """What is given, oldest first; the rule's own trigger, where it is not among it, just in time."""
        trigger = self.rule.trigger
        found = [_happening(text) for text in self.given.get("events", ())]
        if not any((one.event, one.intent) == (trigger.event, trigger.intent) for one in found):
            at = NOW - trigger.after if trigger.after else NOW
            found.append(_Happening(trigger.event, trigger.intent, at))
        return sorted(found, key=lambda one: one.at)

    @property
    def _customer_id(self) -> int | None:
        return 1 if self.given.get("known", True) else None

    def _profile(self, happenings: Iterable[_Happening], moment: datetime) -> Profile:
        given = self.given
        scores = dict(given.get("scores", {})) | (
            {"conversion": given["conversion"]} if "conversion" in given else {}
        )
        consents = (
            [tuple(reversed(words.split(" by "))) for words in given["consents"]] if "consents" in given else None
        )
        return Profile(
            self._customer_id,
            language=given.get("language", "zh"),
            time_zone="UTC",
            segment=given.get("segment"),
            scores={name: ScoreNow(value) for name, value in scores.items()},
            tags=frozenset(given.get("tags", ())),
            consents=EVERY_CONSENT if consents is None else frozenset((each[0], each[1]) for each in consents),
            addresses=dict.fromkeys(CHANNELS, "somebody@example.org"),
            events={one.event: PastEvent(one.event, one.at) for one in happenings if one.at <= moment},
            firings={self.rule.name: self.fired_at} if self.fired_at else {},
        )


def _happening(text: str) -> _Happening:
    name, length, _ = text.split(" ")
    event, intent = (UNDERSTOOD, name) if name in INTENTS else (name, None)
    return _Happening(event, intent, NOW - span(length))


def _due(wait: Wait, began_at: datetime, happenings: Iterable[_Happening]) -> datetime:
    """When a wait is over: at its time, or with the first event it waits for."""
    awaited = (one.at for one in happenings if one.event == wait.until and one.at > began_at)
    return min([wait.due_at, *awaited])


def _refusal(profile: Profile, channel: str, purpose: str) -> str | None:
    reason = allowed(profile, Outgoing(channel, purpose), NOW, ContactPolicy())
    postponed = reason is not None and look_again_at(reason, profile, NOW, ContactPolicy()) is not None
    return None if postponed else reason


def _summary(told: Iterable[tuple[Effect, str | None]], rule: Rule) -> dict[str, Any]:
    """The outcome as it is written under `expect:`; of the same effect several times there is a list."""
    found: dict[str, Any] = {}
    for effect, reason in told:
        key, value = ("suppressed", reason) if reason else _named(effect)
        if key not in found or key == "reply":
            found[key] = value
        else:
            found[key] = [*(found[key] if isinstance(found[key], list) else [found[key]]), value]
    return found


def _named(effect: Effect) -> tuple[str, Any]:
    match effect:
        case Reply():
            return "reply", True
        case SendMessage():
            return "send", effect.template
        case IssueCoupon():
            return "coupon", effect.percent
        case AddTag():
            return "tag", effect.tag
        case StartHandoff():
            return "handoff", effect.reason
        case Wait():
            raise ValueError("a wait is nothing a customer gets")
