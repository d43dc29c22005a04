"""What a doctor asks about staff: is there an admin, has she a second factor, can anybody log in at all."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from sqlalchemy import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from rapport.settings import Settings
from rapport.store.agents import Agent, agents_by_name
from rapport.store.database import Database
from rapport.web.staff.cookies import is_plain

Row = tuple[str, Literal["fine", "note", "amiss"], str, str]


def address(settings: Settings) -> list[Row]:
    """Plain http is fine on this machine alone: elsewhere no browser keeps the cookie of a log-in."""
    if settings.public_url.startswith("https://") or is_plain(settings):
        return []
    advice = "set RAPPORT_PUBLIC_URL to the https address"
    return [("public address", "amiss", f"{settings.public_url}: staff cannot log in without https", advice)]


async def admins(settings: Settings) -> list[Row]:
    """Who may do everything; nothing where the database cannot say (another check tells why)."""
    if _is_missing(make_url(settings.database_url)):
        return []
    database = Database(settings.database_url)
    try:
        async with database.reading() as session:
            found = [one for one in await agents_by_name(session) if one.role == "admin" and one.disabled_at is None]
    except (SQLAlchemyError, OSError):
        return []
    finally:
        await database.close()
    return [_found(found)]


def _is_missing(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def _found(admins: list[Agent]) -> Row:
    if not admins:
        return "staff", "note", "no admin yet", "`rapport agents add NAME --role admin`"
    bare = [one.name for one in admins if one.totp_secret is None]
    if bare:
        return "staff", "note", f"no second factor: {', '.join(bare)}", "each sets up her own at /account"
    return "staff", "fine", f"{len(admins)} with a second factor may do everything", ""
