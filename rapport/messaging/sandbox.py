"""Where marketers' templates run: no code, no undefined names, no way to make much out of little."""

from __future__ import annotations

from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rapport.messaging.errors import RenderError

FILTERS = ("default", "e", "escape", "first", "join", "last", "length", "lower", "title", "trim", "truncate", "upper")


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja without the operators and helpers that can build a huge text from a short template."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"`{operator}` is not for templates: compute what is shown before it gets here")


def sandbox(*, autoescape: bool) -> Sandbox:
    """An environment with the few filters and tests a letter needs, and no globals at all."""
    environment = Sandbox(undefined=StrictUndefined, autoescape=autoescape, keep_trailing_newline=True, cache_size=0)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    return environment


def fill(template: Template, values: dict[str, Any], *, at_most: int) -> str:
    """The template filled with `values`. Raises RenderError, also when it grows past `at_most` characters."""
    parts: list[str] = []
    size = 0
    try:
        for part in template.generate(values):
            size += len(part)
            if size > at_most:
                raise RenderError(f"{template.name} grows past {at_most:,} characters")
            parts.append(part)
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise RenderError(f"{template.name}: {error}") from error
    return "".join(parts)
