"""Rules: compiled from YAML whole or refused with file and line, and found by what sets them off."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from rapport.marketing.conditions import ALWAYS, Condition, compile_condition
from rapport.marketing.contact_policy import ContactPolicy
from rapport.marketing.effect import Reply, StartHandoff
from rapport.marketing.errors import RuleError
from rapport.marketing.marked_yaml import Document, read
from rapport.marketing.profile import NewEvent
from rapport.marketing.program import Flow, Pause, Step, compile_steps
from rapport.marketing.rule_checks import Templates, refuse_contradictions
from rapport.marketing.rule_schema import refuse_misfits
from rapport.marketing.spans import span
from rapport.marketing.vocabulary import UNDERSTOOD

VERSION_LETTERS = 16


@dataclass(frozen=True, slots=True)
class Trigger:
    """What sets a rule off: an event, of which `intent` may ask more, and the time that passes first."""

    event: str
    intent: str | None = None
    after: timedelta | None = None

    def fits(self, event: NewEvent) -> bool:
        """Whether this event is the one."""
        return event.name == self.event and self.intent in (None, event.intent)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most once in `per`; at most once ever where that is None."""

    per: timedelta | None = None


@dataclass(frozen=True, slots=True)
class RuleTest:
    """What a marketer expects; `line` is where it stands."""

    name: str
    line: int
    given: Mapping[str, Any]
    expect: str | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule. `source` is its canonical JSON without its tests, `version` the hash of that."""

    name: str
    version: str
    source: str
    file: str
    line: int
    purpose: str
    trigger: Trigger
    condition: Condition
    program: tuple[Step, ...]
    limit: Limit | None = None
    holdout: float = 0.0
    variants: tuple[str, ...] = ()
    exits: frozenset[str] = frozenset()
    tests: tuple[RuleTest, ...] = ()

    @property
    def takes_time(self) -> bool:
        """Whether a customer may wait in it."""
        return self.trigger.after is not None or any(isinstance(step, Pause) for step in self.program)

    @property
    def may_answer_anybody(self) -> bool:
        """Whether it needs no customer: it only talks, and keeps count of nobody."""
        keeps_count = self.takes_time or self.limit is not None or self.holdout > 0
        return not keeps_count and all(isinstance(step, Reply | StartHandoff | Flow) for step in self.program)


def read_rules(content: bytes, file: str, *, templates: Templates | None = None) -> tuple[Rule, ...]:
    """The rules of one file (several are set apart by `---`). Raises RuleError for the first fault.

    With `templates` (what there is to send, by name), a message needs one that fits it.
    """
    return tuple(compile_rule(document, templates) for document in read(content, file))


def compile_rule(document: Document, templates: Templates | None = None) -> Rule:
    """The rule of one YAML document. Raises RuleError."""
    refuse_misfits(document)
    refuse_contradictions(document, templates)
    data: Mapping[str, Any] = document.data
    source = canonical(data)
    trigger, limit = data["when"], data.get("limit")
    return Rule(
        name=data["rule"],
        version=hashlib.sha256(source.encode()).hexdigest()[:VERSION_LETTERS],
        source=source,
        file=document.file,
        line=document.line(("rule",)),
        purpose=data.get("purpose", ""),
        trigger=Trigger(trigger.get("event", UNDERSTOOD), trigger.get("intent"), _span(trigger.get("after"))),
        condition=compile_condition(data["if"]) if "if" in data else ALWAYS,
        program=compile_steps(data["then"]),
        limit=Limit(_span(limit.partition(" per ")[2] or None)) if limit else None,
        holdout=int(data.get("holdout", "0%")[:-1]) / 100,
        variants=tuple(data.get("variants", {}).get("subject", ())),
        exits=_names(data.get("exit", {}).get("event", ())),
        tests=tuple(_tests(document)),
    )


def canonical(data: Mapping[str, Any]) -> str:
    """The same text for the same rule, however it was laid out; its tests and its description are no part of it."""
    kept = {key: value for key, value in data.items() if key not in ("tests", "description")}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _span(text: str | None) -> timedelta | None:
    return span(text) if text else None


def _names(names: str | Iterable[str]) -> frozenset[str]:
    return frozenset([names] if isinstance(names, str) else names)


def _tests(document: Document) -> Iterator[RuleTest]:
    for number, test in enumerate(document.data.get("tests", ())):
        line = document.line(("tests", number))
        yield RuleTest(test.get("name", f"test {number + 1}"), line, test["given"], test["expect"])


@dataclass(frozen=True)
class RuleBook:
    """Every rule in force at one moment, with the contact policy; `salt` spreads customers over groups."""

    rules: tuple[Rule, ...] = ()
    policy: ContactPolicy = field(default_factory=ContactPolicy)
    salt: str = "rapport"

    def __len__(self) -> int:
        return len(self.rules)

    def triggered_by(self, event: NewEvent) -> tuple[Rule, ...]:
        """The rules this event sets off, before any condition is asked."""
        return self._by_trigger.get((event.name, None), ()) + (
            self._by_trigger.get((event.name, event.intent), ()) if event.intent else ()
        )

    def named(self, name: str) -> Rule | None:
        """The rule of this name, if there is one."""
        return self._by_name.get(name)

    def of_version(self, version: str) -> Rule | None:
        """The rule whose version in force this is, if any's is."""
        return self._by_version.get(version)

    @cached_property
    def _by_trigger(self) -> Mapping[tuple[str, str | None], tuple[Rule, ...]]:
        found: dict[tuple[str, str | None], tuple[Rule, ...]] = {}
        for rule in self.rules:
            key = (rule.trigger.event, rule.trigger.intent)
            found[key] = (*found.get(key, ()), rule)
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, Rule]:
        return {rule.name: rule for rule in self.rules}

    @cached_property
    def _by_version(self) -> Mapping[str, Rule]:
        return {rule.version: rule for rule in self.rules}


def refuse_same_names(rules: Iterable[Rule]) -> None:
    """Raises RuleError where two rules bear one name."""
    seen: dict[str, Rule] = {}
    for rule in rules:
        if other := seen.get(rule.name):
            problem = f'the rule "{rule.name}" is already at {other.file}:{other.line}; give one of them another name'
            raise RuleError(rule.file, rule.line, problem)
        seen[rule.name] = rule
