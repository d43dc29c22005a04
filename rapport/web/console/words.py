"""The words of the console, in both languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rapport.settings import Language


def words(language: Language) -> dict[str, Any]:
    """Everything the console says in this language."""
    found: dict[str, Any] = _read()[language]
    return found


@cache
def _read() -> dict[str, Any]:
    text = Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read
