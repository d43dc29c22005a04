"""`rapport agents`: staff are added, changed, reset and disabled, and what is refused says what would be right."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from rapport.cli.agents import app
from rapport.store.agents import Agent
from rapport.store.audit import audit_before
from rapport.store.database import Database
from rapport.store.recovery_codes import recovery_codes_left, replace_recovery_codes
from rapport.store.schema import migrate_now
from rapport.store.staff_sessions import StaffSession, begin_staff_session

PASSWORD = "tulip ladder moon"
MEI = ["add", "mei", "--role", "agent", "--password-stdin"]


@pytest.fixture(autouse=True)
def staff(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_DATABASE_URL", database_url)
    migrate_now(database_url)


def run(*arguments: str, typed: str = PASSWORD) -> tuple[int, Any]:
    """The exit code, and what a script reads or else a person."""
    result = CliRunner().invoke(app, list(arguments), input=f"{typed}\n" * 2)
    return result.exit_code, json.loads(result.stdout) if "--json" in arguments else result.stderr.replace("\n", " ")


def look(url: str, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        database = Database(url)
        async with database.session() as session:
            found = await work(session)
        await database.close()
        return found

    return asyncio.run(run())


async def logged_in(session: AsyncSession) -> int:
    return len((await session.scalars(select(StaffSession))).all())


async def log_in(session: AsyncSession) -> None:
    """Mei is logged in, with a second factor and recovery codes."""
    agent, now = (await session.scalars(select(Agent))).one(), datetime.now(UTC)
    agent.totp_secret = "sealed"
    await replace_recovery_codes(session, agent.id, ["a", "b"])
    await begin_staff_session(session, "k", agent.id, confirmed=True, now=now, expires_at=now + timedelta(hours=1))


def test_an_agent_is_added_listed_and_kept_without_her_password(database_url: str) -> None:
    options = ["--shown-name", "林梅", "--skills", "returns, payments", "--languages", "zh", "--capacity", "2"]
    code, made = run("add", " Mei ", "--role", "agent", "--language", "en", *options, "--password-stdin", "--json")
    assert code == 0
    assert made | {"created_at": ""} == {
        "name": "mei", "shown_name": "林梅", "role": "agent", "language": "en", "skills": ["returns", "payments"],
        "languages": ["zh"], "capacity": 2, "second_factor": False, "created_at": "", "disabled_at": None,
    }  # fmt: skip
    assert run("list", "--json") == (0, [made])
    kept = look(database_url, lambda session: session.scalar(select(Agent.password_hash)))
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_password_is_asked_for_twice() -> None:
    assert run("add", "mei", "--role", "viewer")[0] == 0
    result = CliRunner().invoke(app, ["add", "ana", "--role", "viewer"], input=f"{PASSWORD}\nanother one here\n\n")
    assert result.exit_code != 0
    assert PASSWORD not in result.output


@pytest.mark.parametrize(
    ("arguments", "typed", "says"),
    [
        (MEI, "short", "at least 12 characters"),
        (MEI, "password1234", "Anybody would try"),
        (MEI, "meimeimeimei", "little more than the name"),
        (["add", "mei lin", "--role", "agent"], PASSWORD, "`mei.lin`"),
        (["add", "key:mei", "--role", "agent"], PASSWORD, "`mei.lin`"),
        ([*MEI, "--languages", "fr"], PASSWORD, "--languages zh,en"),
        ([*MEI, "--skills", "Returns!"], PASSWORD, "--skills returns,payments"),
        ([*MEI, "--shown-name", "a\nb"], PASSWORD, "up to 64 characters"),
        (["set", "mei"], PASSWORD, "name an option"),
        (["set", "mei", "--role", "viewer"], PASSWORD, "no agent called mei"),
        (["reset", "mei"], PASSWORD, "no agent called mei"),
        (["disable", "mei"], PASSWORD, "no agent called mei"),
    ],
)
def test_what_is_refused_says_what_would_be_right(arguments: list[str], typed: str, says: str) -> None:
    code, said = run(*arguments, typed=typed)
    assert (code, says in said) == (2, True), said
    assert run("list", "--json") == (0, [])


def test_a_name_is_never_given_again() -> None:
    assert run(*MEI)[0] == 0
    assert run("disable", "mei")[0] == 0
    code, said = run("add", "MEI", "--role", "admin", "--password-stdin")
    assert (code, "mei is taken" in said) == (2, True)


def test_what_is_not_named_stays() -> None:
    run(*MEI, "--capacity", "3", "--skills", "returns")
    code, changed = run("set", "mei", "--role", "marketer", "--skills", "", "--json")
    assert (code, changed["role"], changed["skills"], changed["capacity"]) == (0, "marketer", [], 3)


@pytest.mark.parametrize("command", [["disable", "mei"], ["reset", "mei", "--password-stdin"]])
def test_who_is_shut_out_is_logged_out_everywhere(database_url: str, command: list[str]) -> None:
    run(*MEI)
    look(database_url, log_in)
    assert run(*command)[0] == 0
    assert look(database_url, logged_in) == 0


def test_reset_takes_the_second_factor_away(database_url: str) -> None:
    run(*MEI)
    look(database_url, log_in)
    code, made = run("reset", "mei", "--password-stdin", "--json", typed="another tulip ladder")
    assert (code, made["second_factor"]) == (0, False)
    assert look(database_url, lambda session: recovery_codes_left(session, 1)) == 0


def test_disabled_is_not_gone() -> None:
    run(*MEI)
    assert run("disable", "mei", "--json")[1]["disabled_at"] is not None
    assert run("enable", "mei", "--json")[1]["disabled_at"] is None


def test_everything_is_audited_without_a_password(database_url: str) -> None:
    run(*MEI)
    run("set", "mei", "--role", "viewer")
    run("reset", "mei", "--password-stdin")
    run("disable", "mei")
    run("enable", "mei")
    entries = look(database_url, lambda session: audit_before(session, None, limit=20))
    assert [(entry.who, entry.object) for entry in entries] == [("command line", "agent:mei")] * 6
    assert [entry.action for entry in reversed(entries)] == [
        "agent_added", "agent_changed", "password_changed", "second_factor_removed",
        "agent_disabled", "agent_enabled",
    ]  # fmt: skip
    assert [entry.details for entry in reversed(entries)][:2] == [{"role": "agent"}, {"role": "viewer"}]


def test_a_database_without_tables_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("RAPPORT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/empty.db")
    code, said = run("list")
    assert (code, "rapport migrate" in said) == (2, True)
