"""The rules folder: read again when a file changes; a broken file leaves its last good version serving."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rapport.marketing.contact_policy import ContactPolicy
from rapport.marketing.errors import RuleError
from rapport.marketing.marked_yaml import read
from rapport.marketing.policy_file import NAME as CONTACT_POLICY
from rapport.marketing.policy_file import read_policy
from rapport.marketing.rule_checks import TemplateFacts
from rapport.marketing.rules import Rule, RuleBook, read_rules, refuse_same_names

NOT_RULES = frozenset({CONTACT_POLICY, "policies.yml", "desk.yml", "pickup-points.yml"})
log = logging.getLogger(__name__)
Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule as the database keeps it: its canonical text, and the name of the file it stood in."""

    file: str
    source: str


class RuleFolder:
    """The `*.yml` of a folder. `stored` are the versions last in force, for files that are broken from the start."""

    def __init__(self, path: Path, stored: Iterable[StoredRule] = ()) -> None:
        self.path = path
        self._stored = tuple(stored)
        self._stamps: Mapping[str, Stamp] | None = None
        self._good: dict[str, tuple[Rule, ...]] = {}
        self._broken: dict[str, RuleError] = {}
        self._policy = ContactPolicy()
        self._book = RuleBook()

    @property
    def errors(self) -> tuple[RuleError, ...]:
        """What is wrong with the files as they are now."""
        self.current()
        return tuple(self._broken[name] for name in sorted(self._broken))

    def current(self) -> RuleBook:
        """The rules in force: the newest version of each file that can be read."""
        stamps = dict(self._look())
        if stamps != self._stamps:
            self._read(stamps, before=self._stamps or {})
            self._stamps = stamps
        return self._book

    def _look(self) -> Iterator[tuple[str, Stamp]]:
        for path in sorted(self.path.glob("*.yml")):
            try:
                found = path.stat()
            except FileNotFoundError:
                continue
            yield path.name, (found.st_mtime_ns, found.st_size, found.st_ino)

    def _read(self, stamps: Mapping[str, Stamp], *, before: Mapping[str, Stamp]) -> None:
        templates = template_facts(self.path / "templates")
        for name in before.keys() - stamps.keys():
            self._good.pop(name, None)
            self._broken.pop(name, None)
        if CONTACT_POLICY not in stamps:
            self._policy = ContactPolicy()
        for name, stamp in stamps.items():
            if before.get(name) != stamp or name in self._broken:
                self._read_file(name, templates)
        self._book = RuleBook(tuple(self._without_same_names()), self._policy)

    def _read_file(self, name: str, templates: Mapping[str, TemplateFacts] | None) -> None:
        shown = str(self.path / name)
        try:
            content = (self.path / name).read_bytes()
            if name == CONTACT_POLICY:
                self._policy = read_policy(content, shown)
            elif name not in NOT_RULES:
                rules = read_rules(content, shown, templates=templates)
                refuse_same_names(rules)
                self._good[name] = rules
            self._broken.pop(name, None)
        except OSError as error:
            self._keep_last_good(name, RuleError(shown, 1, f"cannot be read: {error.strerror}"))
        except RuleError as error:
            self._keep_last_good(name, error)

    def _keep_last_good(self, name: str, error: RuleError) -> None:
        if str(self._broken.get(name)) != str(error):
            log.error("%s; its last good version stays in force", error)
        self._broken[name] = error
        if name not in self._good:
            self._good[name] = tuple(self._last_stored(name))

    def _last_stored(self, name: str) -> Iterator[Rule]:
        for stored in self._stored:
            if stored.file == name:
                try:
                    yield from read_rules(stored.source.encode(), name)
                except RuleError as error:
                    log.warning("a stored version is no longer understood: %s", error)

    def _without_same_names(self) -> Iterator[Rule]:
        seen: list[Rule] = []
        for name in sorted(self._good):
            for rule in self._good[name]:
                try:
                    refuse_same_names([*(other for other in seen if other.name == rule.name), rule])
                except RuleError as error:
                    self._broken.setdefault(name, error)
                    log.error("%s; it is left out", error)
                    continue
                seen.append(rule)
                yield rule


def template_facts(folder: Path) -> Mapping[str, TemplateFacts] | None:
    """What is known of each template, by name; None where the folder has no templates at all."""
    if not folder.is_dir():
        return None
    return {card.parent.name: _facts(card) for card in sorted(folder.glob("*/template.yml"))}


def _facts(card: Path) -> TemplateFacts:
    """A template that cannot be read is reported where templates are; here it only has no variants."""
    try:
        documents = read(card.read_bytes(), str(card))
    except (OSError, RuleError):
        return TemplateFacts(transactional=False, variants=frozenset())
    data = documents[0].data if documents and isinstance(documents[0].data, Mapping) else {}
    subjects = data.get("subject")
    languages = list(subjects.values()) if isinstance(subjects, Mapping) else []
    variants = [frozenset(each) for each in languages if isinstance(each, Mapping)]
    common = frozenset.intersection(*variants) if variants else frozenset[str]()
    return TemplateFacts(data.get("kind") == "transactional", common)
