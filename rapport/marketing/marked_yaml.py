"""YAML for rules: plain data and the line of each part; nothing that could surprise a reader is let in.

No aliases, tags or duplicate keys, at most 256 KB and 20 levels. Words like `yes` and times like `21:00` stay text
(YAML 1.2's core schema), which YAML 1.1 would turn into something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from rapport.marketing.errors import RuleError

MOST_BYTES = 256 * 1024
DEEPEST = 20
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})?\.[0-9]{1,18}|[-+]?(0|[1-9][0-9]{0,17})\.")
WORDS: Mapping[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The plain data of one YAML document, and where each part of it stands."""

    file: str
    data: Any
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of a part, or of what it would stand in."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, path: Path, problem: str) -> RuleError:
        """A RuleError about the part at `path`."""
        return RuleError(self.file, self.line(path), problem)


def read(content: bytes, file: str) -> tuple[Document, ...]:
    """Every document in a file that is not empty. Raises RuleError."""
    if len(content) > MOST_BYTES:
        raise RuleError(file, 1, f"is larger than {MOST_BYTES // 1024} KB; split it into several files")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleError(file, content[: error.start].count(b"\n") + 1, "is not UTF-8 text") from error
    try:
        return tuple(_documents(yaml.parse(text, Loader=LOADER), file))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise RuleError(file, mark.line + 1 if mark else 1, f"is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise RuleError(file, 1, f"is not YAML: {error}") from error


def _documents(events: Iterator[yaml.Event], file: str) -> Iterator[Document]:
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            reader = _Reader(file, events)
            data = reader.value(next(events), ())
            if data is not None:
                yield Document(file, data, reader.lines)


class _Reader:
    """Builds one document from the parser's events."""

    def __init__(self, file: str, events: Iterator[yaml.Event]) -> None:
        self.file, self.events = file, events
        self.lines: dict[Path, int] = {}

    def value(self, event: yaml.Event, path: Path) -> Any:
        self._refuse_tricks(event, path)
        self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.ScalarEvent):
            return event.value if event.style else _plain(event.value)
        return self._list(path) if isinstance(event, yaml.SequenceStartEvent) else self._mapping(path)

    def _list(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self.value(event, (*path, len(found))))
        return found

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, path)
            if key in found:
                raise self._error(event, f'says "{key}" twice; one of them would be lost')
            self.lines[(*path, key)] = _line(event)
            found[key] = self.value(next(self.events), (*path, key))
        return found

    def _key(self, event: yaml.Event, path: Path) -> str:
        self._refuse_tricks(event, path)
        if not isinstance(event, yaml.ScalarEvent):
            raise self._error(event, "has a key that is not a word")
        return str(event.value)

    def _refuse_tricks(self, event: yaml.Event, path: Path) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._error(event, "uses an anchor or alias (& or *); write the value out")
        if getattr(event, "tag", None):
            raise self._error(event, "uses a tag (!); write plain values only")
        if len(path) > DEEPEST:
            raise self._error(event, f"is nested deeper than {DEEPEST} levels")

    def _error(self, event: yaml.Event, problem: str) -> RuleError:
        return RuleError(self.file, _line(event), problem)


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return mark.line + 1 if mark else 1


def _plain(text: str) -> str | int | float | bool | None:
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if NUMBER.fullmatch(text) else text
