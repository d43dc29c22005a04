"""The shop's products and categories by name, from one file that another process replaces while we run."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import spacy
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from nlu.entity import Entity, Kind
from nlu.folding import fold
from nlu.goods import stem
from nlu.language import HAN

logger = logging.getLogger(__name__)

# Chinese is matched character by character: a word splitter's borders waver with what stands around a name.
_PIECES = re.compile(rf"[{HAN}]|[^\W\d_{HAN}]+|\d+|[^\s\w]")
_LABELS: dict[str, Kind] = {"product": "product", "category": "category"}


class Catalogue:
    """Finds names in folded text. Reads the file again when it has changed; no file means no names."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._vocab = spacy.blank("xx").vocab
        self._matcher = PhraseMatcher(self._vocab, attr="ORTH")
        self._codes: dict[str, str] = {}

    def find(self, folded_text: str) -> Iterator[Entity]:
        """Products (value: SKU) before categories (value: code), the longest name first."""
        self._refresh()
        if not len(self._matcher):
            return
        pieces = list(_PIECES.finditer(folded_text))
        found = self._matcher(self._doc(folded_text))
        for key, first, last in sorted(found, key=lambda match: (match[1] - match[2], match[1])):
            kind, code = self._vocab.strings[key].split(":", 1)
            yield Entity(_LABELS[kind], code, pieces[first].start(), pieces[last - 1].end())

    def _doc(self, folded_text: str) -> Doc:
        return Doc(self._vocab, words=[stem(piece) for piece in _PIECES.findall(folded_text)])

    def _refresh(self) -> None:
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._matcher = self._read() if stamp else PhraseMatcher(self._vocab, attr="ORTH")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            logger.warning("%s: cannot be read (%s); the names known before stay in use", self._path, error)

    def _read(self) -> PhraseMatcher:
        content = json.loads(self._path.read_text(encoding="utf-8"))
        matcher = PhraseMatcher(self._vocab, attr="ORTH")
        for key, name in _names(content):
            phrase = self._doc(fold(name).text)
            if len(phrase):
                matcher.add(key, [phrase])
        return matcher


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size


def _names(content: Any) -> Iterator[tuple[str, str]]:
    """(kind:code, name) of every product and category in either layout: one object, or a list with both in it."""
    for entry in content if isinstance(content, list) else [content, *content.get("products", [])]:
        if "sku" in entry:
            yield from ((f"product:{entry['sku']}", name) for name in _texts(entry))
        for code, names in entry.get("categories", {}).items():
            yield from ((f"category:{code}", name) for name in _texts({"names": names}))


def _texts(entry: Mapping[str, Any]) -> Iterator[str]:
    """Every name and alias of one entry, in all languages."""
    for names in (*entry.get("names", {}).values(), *entry.get("aliases", {}).values()):
        yield from [names] if isinstance(names, str) else names
