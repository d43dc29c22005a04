"""Contradictions no schema can see: a reply when nobody listens any more, a code that no coupon gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from rapport.marketing.errors import choices
from rapport.marketing.marked_yaml import Document, Path
from rapport.marketing.spans import span
from rapport.marketing.vocabulary import EVENTS, INTENTS, TRANSACTIONAL, UNTOLD

# What a reply may name; those of a coupon need one among the effects above it.
OF_A_COUPON = frozenset({"code", "percent", "discount", "until"})
PLACEHOLDERS = OF_A_COUPON | {"name"}
SPANS = frozenset({"after", "within", "for"})


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """What a rule must know of a message template: whether it is owed to the customer, and its variants."""

    transactional: bool
    variants: frozenset[str]


Templates = Mapping[str, TemplateFacts]


def refuse_contradictions(document: Document, templates: Templates | None = None) -> None:
    """Raises RuleError for the first one."""
    _refuse_long_spans(document, document.data, ())
    _refuse_past_words(document)
    _refuse_untold(document)
    effects = list(_effects(document.data["then"], ("then",)))
    _refuse_loose_ends(document, effects)
    _refuse_late_words(document, effects)
    _refuse_placeholders(document, effects)
    if templates is not None:
        _refuse_unfit_templates(document, effects, templates)


Found = tuple[str, Any, Path]


def _effects(steps: Any, path: Path) -> Iterator[Found]:
    """Every effect in the order it is written, with its value and its place."""
    listed = isinstance(steps, list)
    for number, step in enumerate(steps if listed else [steps]):
        here = (*path, number) if listed else path
        if step == "exit":
            yield "exit", None, here
            continue
        [(kind, value)] = step.items()
        yield kind, value, (*here, kind)
        if kind == "branch":
            yield from _arms(value, (*here, kind))


def _arms(arms: list[Mapping[str, Any]], path: Path) -> Iterator[Found]:
    for number, arm in enumerate(arms):
        key = "then" if "if" in arm else "else"
        yield from _effects(arm[key], (*path, number, key))
        if key == "else" and number < len(arms) - 1:
            yield "nothing after else", None, (*path, number, key)


def _refuse_long_spans(document: Document, part: Any, path: Path) -> None:
    """A `limit` is a span too; whatever looks like one elsewhere is text."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            text = value.partition(" per ")[2] if key == "limit" and isinstance(value, str) else value
            if key in SPANS | {"limit"} and isinstance(text, str) and text:
                _span(document, text, (*path, key))
            if key not in ("tests", "reply"):
                _refuse_long_spans(document, value, (*path, key))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            _refuse_long_spans(document, value, (*path, number))


def _span(document: Document, text: str, path: Path) -> None:
    try:
        span(text)
    except ValueError as error:
        raise document.error(path, str(error)) from error


def _refuse_past_words(document: Document) -> None:
    """The events of tests: `order_placed 3h ago`."""
    for number, test in enumerate(document.data.get("tests", ())):
        for place, words in enumerate(test["given"].get("events", ())):
            path = ("tests", number, "given", "events", place)
            name, length, _ = words.split(" ")
            if name not in EVENTS + INTENTS:
                raise document.error(path, f'"{name}" is no event and no intent; {choices(name, EVENTS + INTENTS)}')
            _span(document, length, path)


def _refuse_untold(document: Document) -> None:
    event = document.data["when"].get("event")
    if event in UNTOLD:
        problem = f'"{event}" does not set rules off yet; ask about it in if:, or set the rule off by what caused it'
        raise document.error(("when", "event"), problem)


def _refuse_loose_ends(document: Document, effects: list[Found]) -> None:
    sends = [path for kind, _, path in effects if kind == "send"]
    for kind, _, path in effects:
        if kind == "nothing after else":
            raise document.error(path, "what stands after else: is never reached; make else: the last")
    if sends and "purpose" not in document.data:
        raise document.error(sends[0], 'a message needs the rule\'s "purpose": consent is per channel and purpose')
    if not sends and "variants" in document.data:
        raise document.error(("variants",), "variants: are of a message, and this rule sends none")
    waits = "after" in document.data["when"] or any(kind == "wait" for kind, _, _ in effects)
    if not waits and "exit" in document.data:
        raise document.error(("exit",), "exit: ends a wait, and in this rule nobody waits")


def _refuse_late_words(document: Document, effects: list[Found]) -> None:
    late = "after" in document.data["when"]
    for kind, _, path in effects:
        if late and kind in ("reply", "handoff"):
            raise document.error(path, f"{kind}: comes when the conversation is over; use send: after a delay")
        late = late or kind == "wait"
    for kind, _, path in effects:
        if kind in ("reply", "handoff") and "intent" not in document.data["when"]:
            raise document.error(path, f"{kind}: needs a conversation; set the rule off by an intent")


def _refuse_placeholders(document: Document, effects: list[Found]) -> None:
    known = PLACEHOLDERS - OF_A_COUPON
    for kind, value, path in effects:
        if kind == "coupon":
            known = PLACEHOLDERS
        elif kind == "reply":
            for language, text in value.items():
                _refuse_unknown(document, text, known, (*path, language))


def _refuse_unknown(document: Document, text: str, known: frozenset[str], path: Path) -> None:
    try:
        fields = [(name, form, turn) for _, name, form, turn in Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise document.error(path, f"has a lone brace; write {{{{ for a brace that is shown ({error})") from error
    for name, form, turn in fields:
        if name in OF_A_COUPON and name not in known:
            raise document.error(path, f"{{{name}}} is of a coupon, and no coupon: stands above this reply")
        if name not in known or form or turn:
            raise document.error(path, f"{{{name}}} is nothing a reply can name; {choices(name, known)}")


def _refuse_unfit_templates(document: Document, effects: list[Found], templates: Templates) -> None:
    purpose, variants = document.data.get("purpose"), document.data.get("variants", {}).get("subject", ())
    for path, name in [((*path, "template"), value["template"]) for kind, value, path in effects if kind == "send"]:
        facts = templates.get(name)
        if facts is None:
            raise document.error(path, f'there is no template "{name}"; {choices(name, templates)}')
        if facts.transactional != (purpose in TRANSACTIONAL):
            kind = "transactional" if facts.transactional else "marketing"
            raise document.error(path, f'the template "{name}" is {kind}, which does not go with purpose: {purpose}')
        for variant in variants:
            if variant not in facts.variants:
                problem = f'the template "{name}" has no subject "{variant}"; {choices(variant, facts.variants)}'
                raise document.error(("variants", "subject"), problem)
