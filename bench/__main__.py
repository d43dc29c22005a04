"""`python -m bench [--json] [NAME…]`: runs the benchmarks and prints ours, the peer's, and the ratio."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.row import Row
from rapport.settings import Settings

# One module each, with `run(settings) -> Iterable[Row]`; a name joins here when its module lands.
BENCHES = ("imports", "mails", "understanding", "suggestions", "chat", "desk", "telegram")

err = Console(stderr=True)


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Some of {', '.join(BENCHES)}; all if none.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list on standard output.")] = False,
) -> None:
    """Each benchmark beside its peer, in one run."""
    present = [name for name in BENCHES if find_spec(f"bench.{name}")]
    for name in names or ():
        if name not in present:
            right = ", ".join(present)
            err.print(f"There is no benchmark {name!r}. Right would be: {right}.", style="red", markup=False)
            raise typer.Exit(2)
    settings = Settings()
    rows = [row for name in names or present for row in _run(name, settings)]
    if as_json:
        print(json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=2))
    else:
        _show(rows)


def _run(name: str, settings: Settings) -> Iterable[Row]:
    err.print(f"{name} …", style="dim")
    run: Callable[[Settings], Iterable[Row]] = importlib.import_module(f"bench.{name}").run
    return run(settings)


def _show(rows: list[Row]) -> None:
    table = Table("what", "ours", "peer", "ratio", "unit", "peer, versions")
    for row in rows:
        mark = "" if row.more_is_better else " (less is better)"
        named = escape(f"{row.peer_name}; {row.versions}")
        table.add_row(row.name, f"{row.ours:,.1f}", f"{row.peer:,.1f}", f"{row.ratio:.2f}", row.unit + mark, named)
    console = Console()
    console.print(table)
    for row in rows:
        console.print(f"{row.name}: {row.work}", markup=False, highlight=False)


if __name__ == "__main__":
    typer.run(main)
