"""`rapport keys`: a key is printed once, kept as a hash, and opens nothing once it is revoked."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from rapport.cli.keys import app
from rapport.store.api_keys import ApiKey, Scope, api_key_of
from rapport.store.audit import audit_before
from rapport.store.database import Database
from rapport.store.schema import migrate_now
from rapport.web.staff.cookies import hash_of


@pytest.fixture(autouse=True)
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("RAPPORT_DATABASE_URL", database_url)
    migrate_now(database_url)
    return database_url


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def opens(url: str, key: str, scope: Scope) -> str | None:
    async def look() -> str | None:
        database = Database(url)
        async with database.reading() as session:
            found = await api_key_of(session, hash_of(key), scope=scope)
        await database.close()
        return found.name if found else None

    return asyncio.run(look())


def kept(url: str) -> tuple[list[str], list[tuple[str, str, str]]]:
    async def look() -> Any:
        database = Database(url)
        async with database.reading() as session:
            hashes = list((await session.scalars(select(ApiKey.key_hash))).all())
            entries = await audit_before(session, None, limit=10)
        await database.close()
        return hashes, [(entry.who, entry.action, entry.object) for entry in entries]

    found: tuple[list[str], list[tuple[str, str, str]]] = asyncio.run(look())
    return found


def test_a_key_is_printed_alone_and_opens_its_scope(url: str) -> None:
    added = run("add", "crm", "--scope", "api")
    key = added.stdout.strip()
    assert (added.exit_code, key.startswith("rapport_api_"), len(key)) == (0, True, 55)
    assert (opens(url, key, "api"), opens(url, key, "write")) == ("crm", None)
    hashes, _ = kept(url)
    assert hashes == [hash_of(key)]


def test_a_revoked_key_opens_nothing_and_stays_listed(url: str) -> None:
    made = json.loads(run("add", "site", "--scope", "write", "--json").stdout)
    assert (made["name"], made["scope"], opens(url, made["key"], "write")) == ("site", "write", "site")
    assert run("revoke", "site").exit_code == 0
    assert opens(url, made["key"], "write") is None
    (listed,) = json.loads(run("list", "--json").stdout)
    assert (listed["name"], listed["revoked_at"] is not None, "key" in listed) == ("site", True, False)
    _, entries = kept(url)
    assert entries == [("command line", "key_revoked", "key:site"), ("command line", "key_added", "key:site")]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["add", "A key", "--scope", "api"], "shop-site"),
        (["add", "crm", "--scope", "all"], "not one of 'write'"),
        (["add", "taken", "--scope", "write"], "taken-2"),
        (["revoke", "none"], "rapport keys list"),
    ],
)
def test_what_is_refused_says_what_would_be_right(arguments: list[str], says: str) -> None:
    run("add", "taken", "--scope", "api")
    refused = run(*arguments)
    assert (refused.exit_code, says in refused.stderr.replace("\n", " ")) == (2, True), refused.stderr
