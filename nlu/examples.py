"""Training utterances with the file and line they stand on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from nlu.annotations import Span, read_annotations
from nlu.errors import TrainingDataError

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Example:
    """One utterance; `language` is the folder it lies in, `line` counts from 1, `spans` is what it names."""

    text: str
    intent: str
    language: str
    file: Path
    line: int
    spans: tuple[Span, ...] = ()

    @property
    def place(self) -> str:
        """file:line"""
        return f"{self.file}:{self.line}"


def read_examples(folder: Path) -> list[Example]:
    """Every example under `folder/en` and `folder/zh`, by file and line. Raises TrainingDataError with its place."""
    files = [(language, file) for language in LANGUAGES for file in sorted((folder / language).rglob("*.yml"))]
    if not files:
        raise TrainingDataError(f"{folder}: no training files; they are looked for in {folder}/en and {folder}/zh")
    return [example for language, file in files for example in _read(file, language)]


def _read(file: Path, language: str) -> Iterator[Example]:
    try:
        document = YAML(typ="safe", pure=True).compose(file.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise TrainingDataError(f"{file}: not YAML ({error})") from error
    blocks = _child(document, "nlu", file)
    for block in blocks.value if isinstance(blocks, SequenceNode) else []:
        intent, examples = _child(block, "intent", file), _child(block, "examples", file)
        for written, line in _lines(examples, file):
            text, spans = read_annotations(written)
            yield Example(text, str(intent.value), language, file, line, spans)


def _child(node: Node | None, key: str, file: Path) -> Node:
    if isinstance(node, MappingNode):
        for name, value in node.value:
            if name.value == key:
                return value
    place = f"{file}:{node.start_mark.line + 1}" if node else str(file)
    raise TrainingDataError(f"{place}: `{key}:` is missing")


def _lines(block: Node, file: Path) -> Iterator[tuple[str, int]]:
    first = block.start_mark.line + 2
    for line, text in enumerate(str(block.value).splitlines(), first):
        if not text.strip():
            continue
        if not text.startswith("- "):
            raise TrainingDataError(f"{file}:{line}: an example begins with `- `, not {text[:20]!r}")
        yield text[2:].strip(), line
