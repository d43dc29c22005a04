"""Why a message was sent, as a member of staff reads it: in her language, by the shop's clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from zoneinfo import ZoneInfo

from rapport.marketing.explain import Finding
from rapport.marketing.said import Kind, Teller
from rapport.messaging.wording import purpose_label
from rapport.settings import Language
from rapport.web.console.words import words


def told(
    findings: tuple[Finding, ...], language: Language, time_zone: str, *, deepest: int = 1
) -> Iterator[tuple[bool, str, str]]:
    """Whether each holds, what was asked and what is so; `deepest`: parts of parts of a condition stay away."""
    teller = Teller(language, ZoneInfo(time_zone), partial(_called, language))
    for finding in findings:
        if finding.depth <= deepest:
            yield finding.holds, teller(finding.asked), teller(finding.actual)


def _called(language: Language, kind: Kind, name: str) -> str:
    """What the console calls a word of the rules; a shop's own word reads as its code."""
    if kind == "purpose":
        return purpose_label(name, language)
    return _vocabulary(language)[kind].get(name) or name.replace("_", " ")


def _vocabulary(language: Language) -> Mapping[Kind, Mapping[str, str]]:
    found = words(language)
    return {
        "segment": found["segments"],
        "score": found["score_names"],
        "event": found["events"] | found["intents"],
        "channel": found["message_channels"],
        "reason": found["not_sent"],
        "language": {name: shown for name, (_, shown) in found["languages"].items()},
        "group": found["groups"],
    }
