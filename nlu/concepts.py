"""What the words of both languages mean in a shop: 'money back' and 退款 are one concept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ruamel.yaml import YAML

from nlu.language import HAN

LEXICON = Path(__file__).with_name("concepts.yml")
_HAN = re.compile(f"[{HAN}]")


class Concepts:
    """Reads the lexicon once and names the concepts of a folded text."""

    def __init__(self, lexicon: Path = LEXICON) -> None:
        entries = YAML(typ="safe", pure=True).load(lexicon.read_text(encoding="utf-8"))
        self._patterns = {
            name: re.compile("|".join(_pattern(str(phrase)) for phrase in (*phrases["en"], *phrases["zh"])))
            for name, phrases in entries.items()
        }

    def find(self, folded_text: str) -> Sequence[str]:
        """The concepts in the order of the lexicon, each once."""
        plain = folded_text.replace("’", "'")
        return [name for name, pattern in self._patterns.items() if pattern.search(plain)]


def _pattern(phrase: str) -> str:
    """`*` stands for any letters, `?` makes the letter before it optional, as in `colou?r*`."""
    escaped = re.escape(phrase).replace(r"\*", r"\w*").replace(r"\?", "?").replace(r"\ ", " ")
    if _HAN.search(escaped):
        return escaped
    begin = r"(?<![a-z0-9])" if phrase[0].isalnum() else ""
    return f"{begin}{escaped}(?![a-z0-9])"
