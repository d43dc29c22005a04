"""An import from end to end: the whole file is checked first, then written in whole orders, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.intake.customers import CustomerImport
from rapport.intake.errors import FileError
from rapport.intake.events import EventImport
from rapport.intake.mapping import FIELDS, Kind, Mapping, load_mapping, shipped_for
from rapport.intake.orders import OrderImport
from rapport.intake.products import ProductImport
from rapport.intake.reading import Check, Progress, read_all
from rapport.intake.report import Report
from rapport.intake.staging import Group, Staging, in_chunks
from rapport.intake.tables import open_table, table_of
from rapport.store.database import Database


class Noun(Check, Protocol):
    """What can be imported: `check` makes a row to write, `write` writes a chunk of them."""

    chunk: int

    async def write(self, session: AsyncSession, groups: list[Group]) -> None: ...


@dataclass(frozen=True, slots=True)
class Import:
    """What is to be imported, and how. `currency` is that of a file whose mapping names none."""

    kind: Kind
    file: Path
    mapping: Path
    strict: bool
    currency: str


async def import_file(database: Database, what: Import, staging: Staging, *, now: datetime, tell: Progress) -> Report:
    """Imports a file; importing it again changes nothing.

    By default each chunk is a transaction of its own, so that others can write meanwhile: an import that is killed
    leaves whole orders behind, and the next one goes on after them. A strict import is one transaction in all.
    Raises IntakeError: MappingError, FileError, or StrictError at the first row a strict import cannot take.
    """
    mapping = load_mapping(what.mapping)
    if mapping.kind != what.kind:
        right = f"a mapping of `kind: {what.kind}`."
        raise FileError(what.mapping, f"this is a mapping for {mapping.kind}.", right=right)
    report = Report(what.file, what.mapping.stem, what.strict, staging)
    noun = _noun(mapping, report, currency=what.currency, now=now)
    read_all(what.file, mapping, noun, staging, report, tell)
    await _write(database, noun, staging, report, tell)
    return report


def mapping_for(kind: Kind, file: Path) -> Path:
    """The shipped mapping whose columns are the file's, for a caller that names none; else Rapport's own layout."""
    own, *others = shipped_for(kind)
    columns = _columns(file, load_mapping(own))
    for path in others:
        mapping = load_mapping(path)
        if columns == {*mapping.columns.values()}:
            return path
    return own


def _columns(file: Path, mapping: Mapping) -> set[str]:
    with open_table(file, mapping.dialect) as cells:
        return set(table_of(file, cells).columns)


def _noun(mapping: Mapping, report: Report, *, currency: str, now: datetime) -> Noun:
    match mapping.kind:
        case "orders":
            return OrderImport(mapping, report, currency=currency, now=now)
        case "customers":
            return CustomerImport(mapping, report, now=now)
        case "products":
            return ProductImport(mapping, report)
        case "events":
            return EventImport(mapping, report, now=now)


async def _write(database: Database, noun: Noun, staging: Staging, report: Report, tell: Progress) -> None:
    chunks = _told(in_chunks(staging.groups(), noun.chunk), report, tell)
    if report.strict:
        async with database.session() as session:
            for chunk in chunks:
                await noun.write(session, chunk)
                session.expunge_all()
        return
    for chunk in chunks:
        async with database.session() as session:
            await noun.write(session, chunk)


def _told(chunks: Iterator[list[Group]], report: Report, tell: Progress) -> Iterator[list[Group]]:
    done, all_rows = 0, report.rows - report.refused
    for chunk in chunks:
        yield chunk
        done += sum(len(group.lines) for group in chunk)
        tell("writing", done, all_rows)


__all__ = ["FIELDS", "Import", "import_file", "mapping_for"]
