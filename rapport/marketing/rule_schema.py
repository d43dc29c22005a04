"""Checks a document against rules.schema.json and says in words what does not fit, and what would."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from jsonschema import Draft202012Validator

from rapport.marketing.errors import choices
from rapport.marketing.marked_yaml import Document, Path

FILE = FilePath(__file__).with_name("rules.schema.json")
KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
}
KINDS |= {"boolean": "true or false"}


@cache
def _validator() -> Any:
    return Draft202012Validator(json.loads(FILE.read_text(encoding="utf-8")))


def refuse_misfits(document: Document) -> None:
    """Raises RuleError for the first part that does not fit; words without meaning come before what they hide."""
    found = [problem for error in _validator().iter_errors(document.data) for problem in _problems(error)]
    if found:
        _, path, words = min(found, key=lambda one: (one[0], document.line(one[1])))
        raise document.error(path, words)


def at(path: Path) -> str:
    """`when.after` in words a marketer can look for."""
    return ".".join(str(part) for part in path if isinstance(part, str)) or "the rule"


def _problems(error: Any) -> Iterator[tuple[int, Path, str]]:
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        for key in error.instance:
            if key not in known:
                yield 0, (*path, key), f'"{key}" has no meaning in {at(path)}; {choices(key, known)}'
    else:
        yield 1, path, _WORDS.get(str(error.validator), _otherwise)(error, at(path))


def _required(error: Any, place: str) -> str:
    missing = next(key for key in error.validator_value if key not in error.instance)
    return f'{place} lacks "{missing}"'


def _enum(error: Any, place: str) -> str:
    options = [str(option) for option in error.validator_value]
    return f"{_quoted(error.instance)} is not known in {place}; {choices(error.instance, options)}"


def _type(error: Any, place: str) -> str:
    kinds = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    return f"{place} takes {' or '.join(KINDS[kind] for kind in kinds)}, not {_quoted(error.instance)}"


def _pattern(error: Any, place: str) -> str:
    return f"{_quoted(error.instance)} does not fit in {place}; write it like {' or '.join(error.schema['examples'])}"


def _needs(error: Any, place: str) -> str:
    has, needed = next(
        (key, other)
        for key, others in error.validator_value.items()
        for other in others
        if key in error.instance and other not in error.instance
    )
    return f'{place} says "{has}" without "{needed}"'


def _range(error: Any, place: str) -> str:
    bound = "at least" if "min" in str(error.validator).lower() else "at most"
    return f"{place} takes {bound} {error.validator_value}, not {_quoted(error.instance)}"


def _too_few(error: Any, place: str) -> str:
    return f"{place} is empty" if not error.instance else f"{place} needs at least {error.validator_value} entries"


def _too_many(error: Any, place: str) -> str:
    words = ", ".join(f'"{key}"' for key in error.instance) if isinstance(error.instance, Mapping) else "too much"
    return f"{place} says {words} at once; give each an entry of its own (under all: for conditions)"


def _not(error: Any, place: str) -> str:
    return f'{place} takes "event" or "intent", not both'


def _twice(error: Any, place: str) -> str:
    return f"{place} says the same twice"


def _otherwise(error: Any, place: str) -> str:
    return f"{_quoted(error.instance)} does not fit in {place}"


def _quoted(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"


_WORDS: Mapping[str, Callable[[Any, str], str]] = {
    "required": _required,
    "enum": _enum,
    "type": _type,
    "pattern": _pattern,
    "dependentRequired": _needs,
    "minimum": _range,
    "maximum": _range,
    "minProperties": _too_few,
    "minItems": _too_few,
    "maxProperties": _too_many,
    "maxItems": _too_many,
    "uniqueItems": _twice,
    "not": _not,
}
