"""The `{names}` in a sentence that somebody wrote, before they are filled."""

from __future__ import annotations

from string import Formatter


def placeholders(sentence: str) -> set[str]:
    """The names in braces, with all that stands there. Raises ValueError where a brace is left open."""
    pieces = (piece[1:] for piece in Formatter().parse(sentence))
    return {_written(name, form, how) for name, form, how in pieces if name is not None}


def _written(name: str, form: str | None, how: str | None) -> str:
    return name + (f"!{how}" if how else "") + (f":{form}" if form else "")
