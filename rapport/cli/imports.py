"""`rapport import`: files into the database, and an account of every row."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from rapport.cli.output import FINDING, WRONG_USAGE, AsJson, console, print_json, refuse
from rapport.clock import utc_now
from rapport.intake.errors import IntakeError, MappingError
from rapport.intake.files import Import, import_file, mapping_for
from rapport.intake.mapping import Kind, shipped
from rapport.intake.report import Report
from rapport.intake.staging import Staging, staging
from rapport.settings import Settings
from rapport.store.database import Database
from rapport.store.schema import migrate

app = typer.Typer(help="Take customers, orders, products or events from a CSV, Excel or Parquet file.")

File = Annotated[Path, typer.Argument(help="A .csv, .tsv, .xlsx or .parquet file.", show_default=False)]
MappingName = Annotated[
    str | None, typer.Option("--mapping", help="A YAML file, or the name of a mapping that comes with Rapport.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first row that is refused, and write nothing.")]
Refused = Annotated[Path | None, typer.Option("--refused", help="Write every refused row to this CSV file.")]


@app.command()
def customers(
    file: File, mapping: MappingName = None, strict: Strict = False, refused: Refused = None, as_json: AsJson = False
) -> None:
    """Customers, by external id, e-mail and telephone."""
    _import("customers", file, mapping, strict=strict, refused=refused, as_json=as_json)


@app.command()
def orders(
    file: File, mapping: MappingName = None, strict: Strict = False, refused: Refused = None, as_json: AsJson = False
) -> None:
    """Orders and refunds, a row per product."""
    _import("orders", file, mapping, strict=strict, refused=refused, as_json=as_json)


@app.command()
def products(
    file: File, mapping: MappingName = None, strict: Strict = False, refused: Refused = None, as_json: AsJson = False
) -> None:
    """Products, by their code."""
    _import("products", file, mapping, strict=strict, refused=refused, as_json=as_json)


@app.command()
def events(
    file: File, mapping: MappingName = None, strict: Strict = False, refused: Refused = None, as_json: AsJson = False
) -> None:
    """Events from outside, such as product_viewed."""
    _import("events", file, mapping, strict=strict, refused=refused, as_json=as_json)


def _import(
    kind: Kind, file: Path, mapping: str | None, *, strict: bool, refused: Path | None, as_json: bool
) -> None:
    if not file.is_file():
        refuse(f"{file}: there is no such file. Right would be: the path of a file that is there.")
    settings = Settings()
    with staging() as kept:
        try:
            what = Import(kind, file, _mapping(kind, file, mapping), strict, settings.currency)
            report = asyncio.run(_run(settings, what, kept))
        except IntakeError as error:
            refuse(str(error), code=WRONG_USAGE if isinstance(error, MappingError) else FINDING)
        if refused:
            _write_refused(kept, refused)
        print_json(report.as_json()) if as_json else _show(report)


def _mapping(kind: Kind, file: Path, name: str | None) -> Path:
    """The mapping that was named, as a file or as one that comes with Rapport; else the one that fits the columns."""
    if name is None:
        return mapping_for(kind, file)
    return Path(name) if Path(name).exists() or Path(name).suffix else shipped(name)


async def _run(settings: Settings, what: Import, kept: Staging) -> Report:
    database = Database(settings.database_url)
    try:
        await migrate(database)
        with _progress() as progress:
            tasks = {name: progress.add_task(name, total=None) for name in ("checking", "writing")}

            def tell(name: str, done: int, total: int | None) -> None:
                progress.update(tasks[name], completed=done, total=total)

            return await import_file(database, what, kept, now=utc_now(), tell=tell)
    finally:
        await database.close()


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _show(report: Report) -> None:
    table = Table(title=f"{report.file.name} · mapping {report.mapping}", title_style="bold")
    table.add_column("rows")
    table.add_column("", justify="right")
    table.add_column("")
    table.add_row("read", f"{report.rows:,}", "")
    table.add_row("taken", f"{report.taken:,}", _counts(report.created, "new"))
    already = f"of them here already {report.already_here:,}" if report.already_here else ""
    table.add_row("merged", f"{report.merged:,}", already or _counts(report.updated, "changed"))
    table.add_row("refused", f"{report.refused:,}", "")
    for reason, count in report.reasons.most_common():
        table.add_row(f"  {reason}", f"{count:,}", escape(report.examples[reason][0].sentence()))
    console.print(table)


def _counts(counts: dict[str, int], word: str) -> str:
    named = ", ".join(f"{count:,} {noun.replace('_', ' ')}" for noun, count in counts.items() if count)
    return f"{word}: {named}" if named else ""


def _write_refused(kept: Staging, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(("line", "column", "reason", "detail", "right"))
        for refusal in kept.refusals():
            told = (refusal.column, refusal.reason, refusal.detail, refusal.right)
            writer.writerow((refusal.line, *map(_harmless, told)))


def _harmless(text: str) -> str:
    # What a spreadsheet would run as a formula is shown as text.
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
