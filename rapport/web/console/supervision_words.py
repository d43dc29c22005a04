"""The words of the board and of review, and how they tell shares and spans of time."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rapport.settings import Language


@cache
def supervision_words(language: Language) -> dict[str, Any]:
    """Everything these pages say in this language."""
    text = Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)[language]
    return found


def share(value: float | None) -> str:
    """0.425 → 43%; a dash for a share of nothing."""
    return "–" if value is None else f"{100 * value:.0f}%"


def span(seconds: float | None, say: dict[str, Any]) -> str:
    """3700 → 1 h 1 min; seconds only below ten minutes."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    units = say["units"]
    parts = f"{hours}{units['h']}" if hours else ""
    if minutes or hours:
        parts += f"{minutes}{units['m']}"
    if whole < 600:
        parts += f"{rest}{units['s']}"
    return parts.strip()
