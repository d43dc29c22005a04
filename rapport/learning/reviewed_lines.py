"""Writes proposed utterances into the training data: sorted, each once, and none that contradicts a line there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.tokens import SIMPLIFIED
from models.words import fold
from rapport.settings import LANGUAGES
from rapport.store.proposals import Proposal

FILE = "reviewed.yml"
ANNOTATION = re.compile(r"\[([^\]]*)\]\(([a-z_]+)\)")
# Less deep than an utterance, which may read the same.
INTENT = re.compile(r" {0,4}- intent: ([a-z_]+)\s*$")
EXAMPLE = re.compile(r"\s*- (.+?)\s*$")
HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Line:
    """An utterance of the training data, and where it stands."""

    text: str
    intent: str
    file: Path
    number: int

    @property
    def place(self) -> str:
        return f"{self.file}:{self.number}"


@dataclass(frozen=True, slots=True)
class Refused:
    """A proposal that is not written, and why: the sentence names file and line."""

    proposal: Proposal
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`written` stand in the data now (some did before); `files` are those that were changed."""

    written: tuple[Proposal, ...]
    refused: tuple[Refused, ...]
    files: tuple[Path, ...]


def write_reviewed(folder: Path, proposals: Sequence[Proposal]) -> Outcome:
    """Adds the proposals to `folder`/{zh,en}/reviewed.yml. The same call again changes nothing."""
    known = {key(line.text): line for line in lines_of(folder)}
    written, refused = [], []
    new: defaultdict[str, list[Line]] = defaultdict(list)
    for proposal in proposals:
        language = language_of(proposal)
        line = Line(proposal.text, str(proposal.intent), folder / language / FILE, 0)
        there = known.setdefault(key(proposal.text), line)
        if there.intent != line.intent:
            where = there.place if there.number else "this very list"
            refused.append(Refused(proposal, f"stands in {where} as {there.intent}: keep one"))
            continue
        written.append(proposal)
        if there is line:
            new[language].append(line)
    files = [_add(folder / language / FILE, found) for language, found in sorted(new.items())]
    return Outcome(tuple(written), tuple(refused), tuple(files))


def language_of(proposal: Proposal) -> str:
    """The folder its words belong into: Chinese characters make it Chinese; pinyin is, too, if she speaks that."""
    if HAN.search(ANNOTATION.sub(r"\1", proposal.text)):
        return "zh"
    return proposal.language if proposal.language in LANGUAGES else "en"


def key(text: str) -> str:
    """Lines with one key teach the same: they differ in case, width, script, annotation, spaces or punctuation."""
    folded = "".join(fold(ANNOTATION.sub(r"\1", text)).translate(SIMPLIFIED).split())
    return "".join(one for one in folded if one.isalnum() or one in "#@") or folded


def lines_of(folder: Path) -> Iterator[Line]:
    """Every utterance below a folder of Rasa's training data."""
    for file in sorted(folder.rglob("*.yml")):
        intent = ""
        for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if named := INTENT.match(text):
                intent = named[1]
            elif intent and (example := EXAMPLE.match(text)):
                yield Line(example[1], intent, file, number)


def _add(file: Path, new: Sequence[Line]) -> Path:
    by_intent: defaultdict[str, set[str]] = defaultdict(set)
    for line in (*(lines_of(file.parent) if file.exists() else ()), *new):
        if line.file == file:
            by_intent[line.intent].add(line.text)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.draft")
    draft.write_text(_file(by_intent), encoding="utf-8")
    draft.replace(file)
    return file


def _file(by_intent: Mapping[str, Any]) -> str:
    parts = ['version: "3.1"\nnlu:\n']
    for intent, texts in sorted(by_intent.items()):
        parts.append(f"  - intent: {intent}\n    examples: |\n")
        parts += [f"      - {text}\n" for text in sorted(texts)]
    return "".join(parts)
