"""The `{names}` in a sentence that somebody wrote, and the filling of some of them."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter


def placeholders(sentence: str) -> set[str]:
    """The names in braces, with all that stands there. Raises ValueError where a brace is left open."""
    pieces = (piece[1:] for piece in Formatter().parse(sentence))
    return {_written(name, form, how) for name, form, how in pieces if name is not None}


def fill_some(sentence: str, values: Mapping[str, object]) -> str:
    """The sentence with these names filled in; all else stays as it is written, for `format` to fill later.

    Raises ValueError where a brace is left open.
    """
    pieces = Formatter().parse(sentence)
    return "".join(_escaped(text) + _filled(name, form, how, values) for text, name, form, how in pieces)


def _filled(name: str | None, form: str | None, how: str | None, values: Mapping[str, object]) -> str:
    if name is None:
        return ""
    written = _written(name, form, how)
    return _escaped(str(values[written])) if written in values else f"{{{written}}}"


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _written(name: str, form: str | None, how: str | None) -> str:
    return name + (f"!{how}" if how else "") + (f":{form}" if form else "")
