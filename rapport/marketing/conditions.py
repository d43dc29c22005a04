"""Conditions: each a closure that answers yes or no, and can say what it asked and what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rapport.marketing.profile import Profile
from rapport.marketing.spans import in_words, span

# `moment` is the one a step was due at: a worker that comes late looks back further, and so misses nothing.
Asks = Callable[[Profile, datetime], bool]
Tells = Callable[[Profile, datetime], str]


@dataclass(frozen=True, slots=True)
class Condition:
    """`asked` is the question in words, `actual` tells what is so; `parts` are those of all, any and not."""

    asked: str
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

    return Condition("all of", holds, _nothing_of_its_own, parts)


def _any(data: Mapping[str, Any]) -> Condition:
    parts = tuple(map(compile_condition, data["any"]))
    questions = tuple(part.holds for part in parts)

    def holds(profile: Profile, moment: datetime) -> bool:
        for asks in questions:  # noqa: SIM110  the same
            if asks(profile, moment):
                return True
        return False

    return Condition("any of", holds, _nothing_of_its_own, parts)


def _not(data: Mapping[str, Any]) -> Condition:
    part = compile_condition(data["not"])
    asks = part.holds
    return Condition("not", lambda profile, moment: not asks(profile, moment), _nothing_of_its_own, (part,))


def _segment(data: Mapping[str, Any]) -> Condition:
    names = frozenset(data["segment"]["in"])
    return Condition(
        f"segment in {', '.join(data['segment']['in'])}",
        lambda profile, moment: profile.segment in names,
        lambda profile, moment: profile.segment or "no segment yet",
    )


def _conversion(data: Mapping[str, Any]) -> Condition:
    return _bounded("conversion", data["conversion"])


def _score(data: Mapping[str, Any]) -> Condition:
    return _bounded(data["score"]["name"], data["score"])


def _bounded(name: str, bounds: Mapping[str, Any]) -> Condition:
    """A score nobody has computed is neither above nor below anything."""
    above, below = bounds.get("above", float("-inf")), bounds.get("below", float("inf"))
    words = (f"{side} {bounds[side]}" for side in ("above", "below") if side in bounds)

    def holds(profile: Profile, moment: datetime) -> bool:
        score = profile.scores.get(name)
        return score is not None and above < score.value < below

    def actual(profile: Profile, moment: datetime) -> str:
        score = profile.scores.get(name)
        return "no score yet" if score is None else f"{score.value:.4g}"

    return Condition(f"{name} {' and '.join(words)}", holds, actual)


def _event(data: Mapping[str, Any]) -> Condition:
    name, within = data["event"], span(data["within"])

    def actual(profile: Profile, moment: datetime) -> str:
        newest = profile.events.get(name)
        return "never" if newest is None else f"last at {newest.at:%Y-%m-%d %H:%M} UTC"

    return Condition(
        f"{name} within {in_words(within)}",
        lambda profile, moment: profile.happened_since(name, moment - within),
        actual,
    )


def _tag(data: Mapping[str, Any]) -> Condition:
    tag = data["tag"]
    return Condition(
        f"tag {tag}",
        lambda profile, moment: tag in profile.tags,
        lambda profile, moment: ", ".join(sorted(profile.tags)) or "no tags",
    )


def _language(data: Mapping[str, Any]) -> Condition:
    language = data["language"]
    return Condition(
        f"language {language}",
        lambda profile, moment: profile.language == language,
        lambda profile, moment: profile.language,
    )


def _consent(data: Mapping[str, Any]) -> Condition:
    consent = (data["consent"]["channel"], data["consent"]["purpose"])
    return Condition(
        f"consent to {consent[1]} by {consent[0]}",
        lambda profile, moment: consent in profile.consents,
        lambda profile, moment: ", ".join(sorted(f"{p} by {c}" for c, p in profile.consents)) or "no consent",
    )


def _known(data: Mapping[str, Any]) -> Condition:
    known = data["known"]
    return Condition(
        "a known customer" if known else "somebody unknown",
        lambda profile, moment: (profile.customer_id is not None) is known,
        lambda profile, moment: "somebody unknown" if profile.customer_id is None else "a known customer",
    )


def _nothing_of_its_own(profile: Profile, moment: datetime) -> str:
    return ""


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
ALWAYS = Condition("always", lambda profile, moment: True, _nothing_of_its_own)
