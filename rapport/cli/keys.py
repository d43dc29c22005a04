"""`rapport keys`: what programs call Rapport with; a key is shown once, when it is made."""

from __future__ import annotations

import re
import secrets
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.cli.output import AsJson, console, print_json, refuse
from rapport.cli.transaction import in_transaction
from rapport.clock import utc_now
from rapport.store.api_keys import ApiKey, Scope, add_api_key, all_api_keys, revoke_api_key
from rapport.store.audit import add_audit_entry
from rapport.store.signals import send_signal
from rapport.web.staff.accounts import LOG_INS
from rapport.web.staff.cookies import hash_of

app = typer.Typer(
    help="Keys of programs: of a web site that reports events, of another system.", no_args_is_help=True
)
WHO = "command line"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
Name = Annotated[
    str, typer.Argument(help="What the key is for, as `crm` or `shop-site`; the audit calls it key:NAME.")
]
ScopeOption = Annotated[
    Scope,
    typer.Option(
        "--scope",
        help="write: the tracking API only, safe in a page everybody reads. api: conversations, customers, figures; "
        "keep it on a server.",
    ),
]


@app.command("add")
def add(name: Name, scope: ScopeOption, as_json: AsJson = False) -> None:
    """Make a key and print it: once, because only its hash is kept.

    Example: rapport keys add crm --scope api
    """
    if not NAME.fullmatch(name):
        refuse("A key's name has up to 64 small letters, digits, dots and dashes: `shop-site`.")
    # The beginning tells a scanner of leaked secrets, and a person, what this is.
    key, now = f"rapport_{scope}_{secrets.token_urlsafe(32)}", utc_now()

    async def work(session: AsyncSession) -> None:
        if await session.scalar(select(ApiKey.id).where(ApiKey.name == name)) is not None:
            refuse(f"{name} is taken, and a revoked key's name is not given again: choose another, as `{name}-2`.")
        await add_api_key(session, name, scope=scope, key_hash=hash_of(key), now=now)
        details = {"scope": scope}
        await add_audit_entry(session, "key_added", who=WHO, at=now, object=f"key:{name}", details=details)

    in_transaction(work)
    if as_json:
        print_json({"name": name, "scope": scope, "key": key})
        return
    typer.echo(key)
    console.print("Keep it now: it is not shown again.", style="dim")


@app.command("revoke")
def revoke(name: Name) -> None:
    """The key opens nothing any more, from now on and for good."""

    async def work(session: AsyncSession) -> None:
        now = utc_now()
        if not await revoke_api_key(session, name, now=now):
            refuse(f"There is no key {name} to revoke; `rapport keys list` names them all.")
        await send_signal(session, LOG_INS)
        await add_audit_entry(session, "key_revoked", who=WHO, at=now, object=f"key:{name}")

    in_transaction(work)
    console.print(Text(f"{name} is revoked.", style="green"))


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """Every key there is or was; never the keys themselves."""
    found = in_transaction(all_api_keys)
    rows = [
        {
            "name": key.name,
            "scope": key.scope,
            "created_at": key.created_at.isoformat(),
            "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
        }
        for key in found
    ]
    if as_json:
        print_json(rows)
    elif not rows:
        console.print("None yet: `rapport keys add NAME --scope write|api` makes one.")
    else:
        table = Table("name", "scope", "made", "revoked")
        for row in rows:
            table.add_row(row["name"], row["scope"], str(row["created_at"])[:10], (row["revoked_at"] or "")[:10])
        console.print(table)
