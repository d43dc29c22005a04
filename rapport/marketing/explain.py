"""Why a rule would do something for a customer now, or why not: every question with what was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rapport.marketing.conditions import Condition
from rapport.marketing.contact_policy import Outgoing, allowed
from rapport.marketing.decide import is_limited
from rapport.marketing.effect import SendMessage
from rapport.marketing.groups import holdout_group
from rapport.marketing.profile import Profile
from rapport.marketing.rules import Rule, RuleBook
from rapport.marketing.said import Filling, Name, Said, plain
from rapport.marketing.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class Finding:
    """One question and its answer. `depth` is how far inside of all, any or not it stands."""

    asked: Said
    actual: Said
    holds: bool
    depth: int = 0

    @property
    def counts(self) -> bool:
        """Whether the rule does nothing if this does not hold: what is inside of another counts only through it."""
        return self.depth == 0


def explain(profile: Profile, rule: Rule, book: RuleBook, now: datetime) -> tuple[Finding, ...]:
    """Everything that stands between this rule's trigger and its effects, as things are now."""
    return (
        *_conditions(rule.condition, profile, now, 0),
        *_limit(rule, profile, now),
        *_holdout(rule, profile, book),
        *_messages(rule, profile, book, now),
    )


def would_act(findings: tuple[Finding, ...]) -> bool:
    """Whether nothing stands between."""
    return all(finding.holds for finding in findings if finding.counts)


def _conditions(condition: Condition, profile: Profile, now: datetime, depth: int) -> Iterator[Finding]:
    actual = condition.actual(profile, now)
    yield Finding(condition.asked, actual, condition.holds(profile, now), depth)
    for part in condition.parts:
        yield from _conditions(part, profile, now, depth + 1)


def _limit(rule: Rule, profile: Profile, now: datetime) -> Iterator[Finding]:
    if rule.limit is None:
        return
    last = profile.firings.get(rule.name)
    asked = Said("once_per", {"per": rule.limit.per}) if rule.limit.per else Said("once")
    actual = Said("never_yet") if last is None else Said("last", {"at": last})
    yield Finding(asked, actual, not is_limited(rule, profile, now))


def _holdout(rule: Rule, profile: Profile, book: RuleBook) -> Iterator[Finding]:
    if rule.holdout and profile.customer_id is not None:
        group = holdout_group(book.salt, profile.customer_id, f"{rule.name}:holdout", share=rule.holdout)
        asked = Said("not_held_out", {"share": f"{rule.holdout:.0%}"})
        yield Finding(asked, plain(Name("group", group.arm)), group.arm != "holdout")


def _messages(rule: Rule, profile: Profile, book: RuleBook, now: datetime) -> Iterator[Finding]:
    for step in rule.program:
        if isinstance(step, SendMessage):
            reasons = {
                each: allowed(profile, Outgoing(each, rule.purpose), now, book.policy) for each in step.channels
            }
            asked = Said("may_be_sent", {"template": step.template, "purpose": Name("purpose", rule.purpose)})
            actual = plain(tuple(_way(channel, reason) for channel, reason in reasons.items()))
            yield Finding(asked, actual, None in reasons.values())


def _way(channel: str, reason: Reason | None) -> Said:
    by: dict[str, Filling] = {"channel": Name("channel", channel)}
    return Said("open", by) if reason is None else Said("barred", by | {"reason": Name("reason", reason)})
