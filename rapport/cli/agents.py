"""`rapport agents`: who is on the staff, what each may do, and what she takes from the queue."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.cli.new_password import PasswordStdin, hash_of_new_password
from rapport.cli.output import AsJson, console, print_json, refuse
from rapport.cli.transaction import in_transaction
from rapport.clock import utc_now
from rapport.settings import LANGUAGES, Language
from rapport.store.agents import Agent, Role, agents_by_name
from rapport.web.staff import accounts
from rapport.web.staff.accounts import NAME, normal_name

app = typer.Typer(
    help="The members of staff. `add` makes one, who then logs in at /log-in and sets up her second factor there.",
    no_args_is_help=True,
)
WHO = "command line"
SKILL = re.compile(r"[a-z0-9_-]{1,32}")
Name = Annotated[str, typer.Argument(help="What she logs in with. It stays in the audit and is never given again.")]
RoleOption = typer.Option(
    "--role",
    help="admin: everything. agent: conversations. marketer: rules and figures, and reads conversations. "
    "viewer: figures, and no person.",
)
ShownName = Annotated[str | None, typer.Option("--shown-name", help="What customers and colleagues read.")]
LanguageOption = Annotated[Language | None, typer.Option("--language", help="In which language she sees her pages.")]
Skills = Annotated[
    str | None, typer.Option("--skills", help="Which questions she takes, as `returns,payments`; empty: any.")
]
Languages = Annotated[str | None, typer.Option("--languages", help="In which languages she answers, as `zh,en`.")]
Capacity = Annotated[int | None, typer.Option("--capacity", min=0, max=100, help="Conversations she has at once.")]


@app.command("add")
def add(
    name: Name,
    role: Annotated[Role, RoleOption],
    shown_name: ShownName = None,
    language: LanguageOption = None,
    skills: Skills = None,
    languages: Languages = None,
    capacity: Capacity = None,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> None:
    """Add a member of staff. Her password is asked for twice; she can change it at /account.

    Example: rapport agents add mei --role agent --shown-name 林梅 --skills returns,payments
    """
    name = _right_name(name)
    columns = _columns(
        role=role,
        shown_name=shown_name,
        language=language,
        skills=skills,
        languages=languages,
        capacity=capacity,
    )
    columns.setdefault("shown_name", name)
    in_transaction(lambda session: _refuse_taken(session, name))
    password_hash, now = hash_of_new_password(name, stdin=password_stdin), utc_now()

    async def work(session: AsyncSession) -> Agent:
        await _refuse_taken(session, name)
        agent = Agent(name=name, password_hash=password_hash, password_changed_at=now, created_at=now, **columns)
        session.add(agent)
        await session.flush()
        await accounts.note(session, agent, "agent_added", who=WHO, now=now, role=role)
        return agent

    _report(in_transaction(work), f"{name} may log in now.", as_json=as_json)


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """Everybody who is or was on the staff."""
    found = in_transaction(agents_by_name)
    if as_json:
        print_json([_as_json(agent) for agent in found])
    elif not found:
        console.print("Nobody yet: `rapport agents add NAME --role admin` adds the first.")
    else:
        console.print(_table([_as_json(agent) for agent in found]))


@app.command("set")
def set_(
    name: Name,
    role: Annotated[Role | None, RoleOption] = None,
    shown_name: ShownName = None,
    language: LanguageOption = None,
    skills: Skills = None,
    languages: Languages = None,
    capacity: Capacity = None,
    as_json: AsJson = False,
) -> None:
    """Change what she may do or takes from the queue; what is not named stays. In force with her next click.

    Example: rapport agents set mei --role marketer --capacity 2
    """
    columns = _columns(
        role=role, shown_name=shown_name, language=language, skills=skills, languages=languages, capacity=capacity
    )
    if not columns:
        refuse("Nothing to change: name an option, as `--role agent` or `--capacity 2`.")

    async def work(session: AsyncSession) -> Agent:
        agent = await _found(session, name)
        for column, value in columns.items():
            setattr(agent, column, value)
        await accounts.note(session, agent, "agent_changed", who=WHO, now=utc_now(), **columns)
        return agent

    _report(in_transaction(work), f"{normal_name(name)} is changed.", as_json=as_json)


@app.command("reset")
def reset(name: Name, password_stdin: PasswordStdin = False, as_json: AsJson = False) -> None:
    """Give her a new password and take her second factor away: for who has lost both. She is logged out too."""
    in_transaction(lambda session: _found(session, name))
    password_hash = hash_of_new_password(normal_name(name), stdin=password_stdin)

    async def work(session: AsyncSession) -> Agent:
        agent, now = await _found(session, name), utc_now()
        await accounts.change_password(session, agent, password_hash, who=WHO, now=now)
        await accounts.set_second_factor(session, agent, None, codes=[], who=WHO, now=now)
        return agent

    _report(in_transaction(work), f"{normal_name(name)} logs in with the new password now.", as_json=as_json)


@app.command("disable")
def disable(name: Name, as_json: AsJson = False) -> None:
    """She cannot log in any more and is logged out everywhere; what she did stays under her name."""

    async def work(session: AsyncSession) -> Agent:
        agent = await _found(session, name)
        if agent.disabled_at is None:
            await accounts.disable(session, agent, who=WHO, now=utc_now())
        return agent

    _report(in_transaction(work), f"{normal_name(name)} is logged out and disabled.", as_json=as_json)


@app.command("enable")
def enable(name: Name, as_json: AsJson = False) -> None:
    """She may log in again, with the password and second factor she had."""

    async def work(session: AsyncSession) -> Agent:
        agent = await _found(session, name)
        if agent.disabled_at is not None:
            await accounts.enable(session, agent, who=WHO, now=utc_now())
        return agent

    _report(in_transaction(work), f"{normal_name(name)} may log in again.", as_json=as_json)


async def _found(session: AsyncSession, name: str) -> Agent:
    agent = await session.scalar(select(Agent).where(Agent.name == normal_name(name)).with_for_update())
    if agent is None:
        refuse(f"There is no agent called {normal_name(name)}; `rapport agents list` names them all.")
    return agent


async def _refuse_taken(session: AsyncSession, name: str) -> None:
    if await session.scalar(select(Agent.id).where(Agent.name == name)) is not None:
        refuse(f"{name} is taken. `rapport agents set`, `reset` or `enable` change who is there already.")


def _right_name(name: str) -> str:
    name = normal_name(name)
    if not NAME.fullmatch(name):
        refuse("A name has up to 64 letters, digits, dots, dashes or @, the first a letter or digit: `mei.lin`.")
    return name


def _columns(*, skills: str | None, languages: str | None, **others: Any) -> dict[str, Any]:
    """The columns that were named, checked."""
    spoken = None if languages is None else _listed(languages)
    if spoken is not None and (not spoken or not set(spoken) <= set(LANGUAGES)):
        refuse(f"--languages takes {' and '.join(LANGUAGES)}, as `--languages zh,en`.")
    known = None if skills is None else _listed(skills)
    if known and not all(SKILL.fullmatch(skill) for skill in known):
        refuse("--skills takes words of small letters, digits, - and _, as `--skills returns,payments`.")
    shown = others.get("shown_name")
    if shown is not None and not (0 < len(shown) <= 64 and shown.isprintable()):
        refuse("--shown-name takes up to 64 characters.")
    named = {"skills": known, "languages": spoken, **others}
    return {column: value for column, value in named.items() if value is not None}


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _report(agent: Agent, done: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(agent))
    else:
        console.print(Text(done, style="green"))


def _as_json(agent: Agent) -> dict[str, Any]:
    plain = ("name", "shown_name", "role", "language", "skills", "languages", "capacity")
    return {
        **{column: getattr(agent, column) for column in plain},
        "second_factor": agent.totp_secret is not None,
        "created_at": _iso(agent.created_at),
        "disabled_at": _iso(agent.disabled_at),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _table(agents: list[dict[str, Any]]) -> Table:
    table = Table("name", "shown as", "role", "answers in", "skills", "at once", "second factor", "disabled")
    for one in agents:
        spoken, skills = ", ".join(one["languages"]), ", ".join(one["skills"]) or "any"
        factor, disabled = "yes" if one["second_factor"] else "no", (one["disabled_at"] or "")[:10]
        cells = (one["name"], one["shown_name"], one["role"], spoken, skills, str(one["capacity"]), factor, disabled)
        table.add_row(*map(Text, cells))
    return table
