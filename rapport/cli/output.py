"""How commands speak: rich text for people, one JSON value for scripts, exit codes for both."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

console = Console(stderr=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value on standard output, for scripts.")]

FINDING = 1
WRONG_USAGE = 2


def print_json(value: Any) -> None:
    """The command's result for a script: one JSON value, alone on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def refuse(message: str, *, code: int = WRONG_USAGE) -> NoReturn:
    """Ends the command with a sentence about what was wrong and what would be right."""
    # Not wrapped by us: a terminal breaks a long path, but a copied one stays whole.
    console.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)
