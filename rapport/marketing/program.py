"""A rule's `then:` as a flat list of steps, so that a customer's place in it is one number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rapport.marketing.conditions import Condition, compile_condition
from rapport.marketing.effect import AddTag, IssueCoupon, Reply, SendMessage, StartHandoff
from rapport.marketing.spans import span


@dataclass(frozen=True, slots=True)
class Pause:
    """Waits `length`, or until an event of the name `until` if that comes first."""

    length: timedelta
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Unless:
    """Goes on at `step` where the condition does not hold."""

    condition: Condition
    step: int


@dataclass(frozen=True, slots=True)
class GoTo:
    """Goes on at `step`, which is always further down: no rule can run for ever."""

    step: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Ends the customer's way through the rule."""


Immediate = Reply | SendMessage | IssueCoupon | AddTag | StartHandoff
Flow = Unless | GoTo | Leave
Step = Immediate | Flow | Pause


def compile_steps(items: Any) -> tuple[Step, ...]:
    """The steps of a `then:` that has passed the schema. Raises ValueError for a span that is too long."""
    program: list[Step] = []
    _add(items, program)
    return tuple(program)


def _add(items: Any, program: list[Step]) -> None:
    for item in items if isinstance(items, list) else [items]:
        if item == "exit":
            program.append(Leave())
        elif "branch" in item:
            _add_branch(item["branch"], program)
        else:
            program.append(_step(item, number=len(program)))


def _step(item: Mapping[str, Any], *, number: int) -> Step:
    [(kind, value)] = item.items()
    if kind == "send":
        channels = value["channel"]
        return SendMessage((channels,) if isinstance(channels, str) else tuple(channels), value["template"], number)
    if kind == "wait":
        return Pause(span(value["for"]), value.get("until", {}).get("event"))
    return _PLAIN[kind](value)


_PLAIN: Mapping[str, Callable[[Any], Immediate]] = {
    "reply": lambda value: Reply(dict(value)),
    "coupon": lambda value: IssueCoupon(value["percent"], value["days"]),
    "tag": AddTag,
    "handoff": StartHandoff,
}
EFFECTS = ("send", "wait", "branch", *_PLAIN, "exit")


def _add_branch(arms: Sequence[Mapping[str, Any]], program: list[Step]) -> None:
    """Each arm's test jumps to the next arm; each arm's end jumps behind the last."""
    ends: list[int] = []
    for arm in arms:
        test = None
        if "if" in arm:
            test = len(program)
            program.append(Leave())
        _add(arm["then"] if "if" in arm else arm["else"], program)
        ends.append(len(program))
        program.append(Leave())
        if test is not None:
            program[test] = Unless(compile_condition(arm["if"]), len(program))
    for end in ends:
        program[end] = GoTo(len(program))
