"""The way of an order as steps, taken from Rasa's wire format whole or not at all."""

from __future__ import annotations

from typing import Any, TypeGuard

from rapport.chat.paths import is_path

MOST_STEPS, LONGEST = 8, 120


def parse_timeline(value: Any) -> dict[str, Any] | None:
    """`{order, url?, steps: [{label, at?, done}]}`, `at` ready to read; None where a step is not of this shape."""
    if not isinstance(value, dict) or not _is_text(value.get("order")):
        return None
    steps = value.get("steps")
    if not isinstance(steps, list) or not 0 < len(steps) <= MOST_STEPS or not all(map(_is_step, steps)):
        return None
    url = value.get("url")
    return {
        "order": value["order"],
        **({"url": url} if _is_text(url) and is_path(url) else {}),
        "steps": [{name: step[name] for name in ("label", "at", "done") if name in step} for step in steps],
    }


def _is_step(step: Any) -> bool:
    if not isinstance(step, dict) or not _is_text(step.get("label")) or not isinstance(step.get("done"), bool):
        return False
    return "at" not in step or _is_text(step["at"])


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= LONGEST
