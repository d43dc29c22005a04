"""What follows from an event, or from time having passed: pure, so that a replay gives the same answer twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rapport.marketing.effect import Effect, Wait
from rapport.marketing.groups import Group, holdout_group, variant_group
from rapport.marketing.profile import NewEvent, Profile
from rapport.marketing.program import GoTo, Leave, Pause, Unless
from rapport.marketing.rules import Rule, RuleBook

BEGINNING = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule wants done for a customer now. `ended` says why it wants nothing any more; a Wait comes last."""

    rule: Rule
    effects: tuple[Effect, ...] = ()
    groups: tuple[Group, ...] = ()
    variant: str = ""
    ended: str = ""

    @property
    def wait(self) -> Wait | None:
        """Where and when the rule goes on, if it does."""
        last = self.effects[-1] if self.effects else None
        return last if isinstance(last, Wait) else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer stands in a rule: the step to go on with, when that was due, and since when she is in it."""

    step: int
    due_at: datetime
    began_at: datetime


def decide(profile: Profile, event: NewEvent, rules: RuleBook, now: datetime) -> tuple[Decision, ...]:
    """What every rule that this event sets off wants done. The profile already knows of the event."""
    begun = (_begin(rule, profile, event, now, salt=rules.salt) for rule in rules.triggered_by(event))
    return tuple(decision for decision in begun if decision is not None)


def resume(rule: Rule, place: Place, profile: Profile, now: datetime, *, salt: str) -> Decision:
    """What a rule wants done when a customer's wait in it is over. After its delay, its conditions are asked now."""
    if left(rule, profile, place.began_at):
        return Decision(rule, ended="exited")
    if place.step == BEGINNING:
        # Windows reach back from when the step was due: a worker that comes late must not miss a purchase.
        if not rule.condition.holds(profile, place.due_at):
            return Decision(rule, ended="conditions")
        return _start(rule, profile, place.due_at, now, salt=salt)
    return _run(rule, place.step, profile, place.due_at, now, groups=_variants(rule, profile, salt))


def left(rule: Rule, profile: Profile, began_at: datetime) -> bool:
    """Whether an event of the rule's `exit:` has come since."""
    newest = (profile.events.get(name) for name in rule.exits)
    return any(event is not None and event.at > began_at for event in newest)


def is_limited(rule: Rule, profile: Profile, now: datetime) -> bool:
    """Whether the rule's `limit:` forbids it to set in again for this customer now."""
    last = profile.firings.get(rule.name)
    if rule.limit is None or last is None:
        return False
    return rule.limit.per is None or last > now - rule.limit.per


def _begin(rule: Rule, profile: Profile, event: NewEvent, now: datetime, *, salt: str) -> Decision | None:
    if rule.trigger.after is None and not rule.condition.holds(profile, now):
        return None
    if profile.customer_id is None and not rule.may_answer_anybody:
        return None
    if is_limited(rule, profile, now):
        return None
    if rule.trigger.after is not None:
        # A clock that is ahead of ours must not lengthen the delay.
        return Decision(rule, (Wait(BEGINNING, min(event.at, now) + rule.trigger.after),))
    return _start(rule, profile, now, now, salt=salt)


def _start(rule: Rule, profile: Profile, moment: datetime, now: datetime, *, salt: str) -> Decision:
    groups: tuple[Group, ...] = ()
    if rule.holdout and profile.customer_id is not None:
        group = holdout_group(salt, profile.customer_id, f"{rule.name}:holdout", share=rule.holdout)
        groups = (group,)
        if group.arm == "holdout":
            return Decision(rule, groups=groups, ended="holdout")
    groups += _variants(rule, profile, salt)
    return _run(rule, BEGINNING, profile, moment, now, groups=groups)


def _variants(rule: Rule, profile: Profile, salt: str) -> tuple[Group, ...]:
    if not rule.variants or profile.customer_id is None:
        return ()
    return (variant_group(salt, profile.customer_id, f"{rule.name}:subject", arms=rule.variants),)


def _run(
    rule: Rule, step: int, profile: Profile, moment: datetime, now: datetime, *, groups: tuple[Group, ...]
) -> Decision:
    effects = tuple(_effects(rule, step, profile, moment, now))
    variant = next((group.arm for group in groups if group.experiment.endswith(":subject")), "")
    return Decision(rule, effects, groups, variant)


def _effects(rule: Rule, number: int, profile: Profile, moment: datetime, now: datetime) -> Iterator[Effect]:
    while number < len(rule.program):
        step = rule.program[number]
        number += 1
        if isinstance(step, Unless):
            number = number if step.condition.holds(profile, moment) else step.step
        elif isinstance(step, GoTo):
            number = step.step
        elif isinstance(step, Leave):
            return
        elif isinstance(step, Pause):
            yield Wait(number, now + step.length, step.until)
            return
        else:
            yield step
