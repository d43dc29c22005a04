"""`rapport`: every command, each in the file of its noun."""

from __future__ import annotations

import typer

app = typer.Typer(
    name="rapport",
    help="Conversational marketing automation: a shop assistant that understands, decides and follows up.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
