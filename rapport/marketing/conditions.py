"""Conditions: each a closure that answers yes or no, and can say what it asked and what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rapport.marketing.profile import Profile
from rapport.marketing.said import NOTHING, Kind, Name, Said, plain
from rapport.marketing.spans import span

# `moment` is the one a step was due at: a worker that comes late looks back further, and so misses nothing.
Asks = Callable[[Profile, datetime], bool]
Tells = Callable[[Profile, datetime], Said]


@dataclass(frozen=True, slots=True)
class Condition:
    """`asked` is the question, `actual` tells what is so; `parts` are those of all, any and not."""

    asked: Said
    holds: Asks
    actual: Tells
    parts: tuple[Condition, ...] = ()


def compile_condition(data: Mapping[str, Any]) -> Condition:
    """The condition of a mapping that has passed the schema. Raises ValueError for a span that is too long."""
    kind = next(key for key in KINDS if key in data)
    return KINDS[kind](data)


def _all(data: Mapping[str, Any]) -> Condition:
    parts = tuple(map(compile_condition, data["all"]))
    questions = tuple(part.holds for part in parts)

    def holds(profile: Profile, moment: datetime) -> bool:
        for asks in questions:  # noqa: SIM110  a generator costs as much again as a condition
            if not asks(profile, moment):
                return False
        return True

    return Condition(Said("all"), holds, _nothing_of_its_own, parts)


def _any(data: Mapping[str, Any]) -> Condition:
    parts = tuple(map(compile_condition, data["any"]))
    questions = tuple(part.holds for part in parts)

    def holds(profile: Profile, moment: datetime) -> bool:
        for asks in questions:  # noqa: SIM110  the same
            if asks(profile, moment):
                return True
        return False

    return Condition(Said("any"), holds, _nothing_of_its_own, parts)


def _not(data: Mapping[str, Any]) -> Condition:
    part = compile_condition(data["not"])
    asks = part.holds
    return Condition(Said("not"), lambda profile, moment: not asks(profile, moment), _nothing_of_its_own, (part,))


def _segment(data: Mapping[str, Any]) -> Condition:
    names = frozenset(data["segment"]["in"])
    return Condition(
        Said("segment", {"segments": tuple(Name("segment", name) for name in data["segment"]["in"])}),
        lambda profile, moment: profile.segment in names,
        lambda profile, moment: _named("segment", profile.segment) if profile.segment else Said("no_segment"),
    )


def _conversion(data: Mapping[str, Any]) -> Condition:
    return _bounded("conversion", data["conversion"])


def _score(data: Mapping[str, Any]) -> Condition:
    return _bounded(data["score"]["name"], data["score"])


def _bounded(name: str, bounds: Mapping[str, Any]) -> Condition:
    """A score nobody has computed is neither above nor below anything."""
    above, below = bounds.get("above", float("-inf")), bounds.get("below", float("inf"))
    sides = {side: str(bounds[side]) for side in ("above", "below") if side in bounds}

    def holds(profile: Profile, moment: datetime) -> bool:
        score = profile.scores.get(name)
        return score is not None and above < score.value < below

    def actual(profile: Profile, moment: datetime) -> Said:
        score = profile.scores.get(name)
        return Said("no_score") if score is None else plain(f"{score.value:.4g}")

    sentence = "between" if len(sides) > 1 else next(iter(sides))
    return Condition(Said(sentence, {"score": Name("score", name), **sides}), holds, actual)


def _event(data: Mapping[str, Any]) -> Condition:
    name, within = data["event"], span(data["within"])

    def actual(profile: Profile, moment: datetime) -> Said:
        newest = profile.events.get(name)
        return Said("never") if newest is None else Said("last", {"at": newest.at})

    return Condition(
        Said("event", {"event": Name("event", name), "within": within}),
        lambda profile, moment: profile.happened_since(name, moment - within),
        actual,
    )


def _tag(data: Mapping[str, Any]) -> Condition:
    tag = data["tag"]
    return Condition(
        Said("tag", {"tag": tag}),
        lambda profile, moment: tag in profile.tags,
        lambda profile, moment: plain(tuple(sorted(profile.tags))) if profile.tags else Said("no_tags"),
    )


def _language(data: Mapping[str, Any]) -> Condition:
    language = data["language"]
    return Condition(
        Said("language", {"language": Name("language", language)}),
        lambda profile, moment: profile.language == language,
        lambda profile, moment: _named("language", profile.language),
    )


def _consent(data: Mapping[str, Any]) -> Condition:
    consent = (data["consent"]["channel"], data["consent"]["purpose"])

    def actual(profile: Profile, moment: datetime) -> Said:
        given = sorted(profile.consents, key=lambda each: (each[1], each[0]))
        return plain(tuple(_consent_said("consented", *each) for each in given)) if given else Said("no_consent")

    return Condition(_consent_said("consent", *consent), lambda profile, moment: consent in profile.consents, actual)


def _known(data: Mapping[str, Any]) -> Condition:
    known = data["known"]
    return Condition(
        Said("known" if known else "unknown"),
        lambda profile, moment: (profile.customer_id is not None) is known,
        lambda profile, moment: Said("unknown" if profile.customer_id is None else "known"),
    )


def _nothing_of_its_own(profile: Profile, moment: datetime) -> Said:
    return NOTHING


def _named(kind: Kind, name: str) -> Said:
    return plain(Name(kind, name))


def _consent_said(sentence: str, channel: str, purpose: str) -> Said:
    return Said(sentence, {"purpose": Name("purpose", purpose), "channel": Name("channel", channel)})


# A new condition is one function here, one property in rules.schema.json and one line in docs/rules.md.
KINDS: Mapping[str, Callable[[Mapping[str, Any]], Condition]] = {
    "all": _all,
    "any": _any,
    "not": _not,
    "segment": _segment,
    "conversion": _conversion,
    "score": _score,
    "event": _event,
    "tag": _tag,
    "language": _language,
    "consent": _consent,
    "known": _known,
}
ALWAYS = Condition(Said("always"), lambda profile, moment: True, _nothing_of_its_own)
