"""What exists is documented, and what is documented exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fastapi.routing import APIRoute
from typer.core import TyperGroup
from typer.main import get_command

from rapport.cli.main import app
from rapport.settings import Settings
from rapport.web.app import ROUTERS

DOCS = Path(__file__).parents[2] / "docs"


def commands(group: TyperGroup, prefix: str = "rapport") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}"


def test_every_setting_has_a_line_and_every_line_a_setting() -> None:
    lines = re.findall(r"^\| `(RAPPORT_\w+)` \|", (DOCS / "settings.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(lines) == sorted(f"RAPPORT_{name.upper()}" for name in Settings.model_fields)


def test_every_command_is_documented() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    assert [command for command in commands(group) if f"`{command}" not in text] == []


def test_every_route_is_documented() -> None:
    text = (DOCS / "routes.md").read_text(encoding="utf-8")
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    # A route of several methods is documented by one of them.
    named = [[f"`{method} {route.path}`" for method in sorted(route.methods or ())] for route in routes]
    assert ["`POST /chat/messages`"] in named
    assert [names for names in named if names[0][1:5] != "HEAD" and not any(name in text for name in names)] == []
