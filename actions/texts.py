"""Every sentence the abilities speak, in both languages, from one file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from actions.errors import TextError
from rapport.marketing.placeholders import placeholders
from rapport.settings import LANGUAGES, Language

FILE = Path(__file__).with_name("texts.yml")


class Texts:
    """Keys lead to a sentence per language; its `{placeholders}` are filled by the ability that says it."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = texts

    @classmethod
    def load(cls, path: Path = FILE) -> Texts:
        """Reads and checks the file. Raises TextError where the languages do not match."""
        texts = yaml.safe_load(path.read_text(encoding="utf-8"))
        for key, sentences in texts.items():
            if set(sentences) != set(LANGUAGES) or len({frozenset(placeholders(s)) for s in sentences.values()}) > 1:
                raise TextError(f"{path.name}: {key}: give zh and en with the same placeholders")
        return cls(texts)

    def say(self, key: str, language: Language, /, **values: object) -> str:
        """The sentence `key`; a placeholder without a value raises KeyError."""
        return self._texts[key][language].format(**values)
