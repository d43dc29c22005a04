"""Versions of rules as the database keeps them: what enrolments are pinned to, and a restart falls back on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.marketing.rulebook import RuleFolder, StoredRule
from rapport.marketing.rules import Rule, RuleBook
from rapport.store.database import Database
from rapport.store.journeys import KeptVersion, keep_versions, last_versions


def kept_version(rule: Rule) -> KeptVersion:
    """The rule as the database keeps it."""
    return KeptVersion(rule.version, rule.name, rule.source, Path(rule.file).name)


async def keep_book(session: AsyncSession, book: RuleBook, *, now: datetime) -> None:
    """Keeps every rule in force."""
    await keep_versions(session, map(kept_version, book.rules), now=now)


async def open_rules(database: Database, path: Path) -> RuleFolder:
    """The rules folder; a file that is broken when the process starts is served as it last was in force."""
    async with database.reading() as session:
        versions = await last_versions(session)
    return RuleFolder(path, [StoredRule(one.file, one.source) for one in versions])
