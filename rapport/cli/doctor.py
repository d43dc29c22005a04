"""`rapport doctor`: what is configured, reachable and trained, and what to do about what is not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import aiosmtplib
import httpx
import typer
from alembic.migration import MigrationContext
from rich.table import Table
from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import InvalidToken, TelegramError

from rapport.chat.desk_file import read_terms
from rapport.chat.telegram.pickup_points import NAME as PICKUP_POINTS
from rapport.chat.telegram.pickup_points import read_points
from rapport.chat.telegram.registration import may_call_us
from rapport.cli import assistant, mail_domain, staff_check
from rapport.cli.output import FINDING, AsJson, console, print_json
from rapport.clock import utc_now
from rapport.marketing.errors import RuleError
from rapport.marketing.rulebook import RuleFolder
from rapport.messaging.senders.email import Relay
from rapport.messaging.telegram_bot import open_bot
from rapport.settings import Settings
from rapport.store.database import Database
from rapport.store.schema import newest_revision

State = Literal["fine", "note", "amiss"]
MODELS = ("segmentation", "conversion", "recommendation", "sentiment")
OLD = timedelta(days=30)
SIGNS: dict[State, str] = {"fine": "[green]✓[/]", "note": "[yellow]![/]", "amiss": "[red]✗[/]"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` says what to do where it is not fine."""

    what: str
    state: State
    detail: str
    advice: str = ""


Check = Callable[[Settings], Awaitable[list[Finding]]]


def doctor(
    domain: Annotated[str | None, typer.Option(help="Also look up SPF, DKIM and DMARC of this mail domain.")] = None,
    selector: Annotated[str, typer.Option(help="The DKIM selector the relay signs with.")] = "default",
    as_json: AsJson = False,
) -> None:
    """Look at everything Rapport needs, and say what to do about what is missing.

    Exit code 0: nothing is amiss (notes may remain). 1: something is.
    """
    findings = asyncio.run(_examine(Settings()))
    if domain:
        findings += [Finding(*each) for each in mail_domain.examine(domain, selector=selector)]
    _print(findings, as_json=as_json)
    raise typer.Exit(FINDING if any(finding.state == "amiss" for finding in findings) else 0)


async def _examine(settings: Settings) -> list[Finding]:
    return [finding for check in CHECKS for finding in await check(settings)]


def _print(findings: list[Finding], *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(finding) for finding in findings])
        return
    table = Table(box=None, pad_edge=False)
    for title in ("", "what", "is", "to do"):
        table.add_column(title)
    for finding in findings:
        table.add_row(SIGNS[finding.state], finding.what, finding.detail, finding.advice)
    console.print(table)


async def _database(settings: Settings) -> list[Finding]:
    url = make_url(settings.database_url)
    shown = url.render_as_string(hide_password=True)
    if _is_missing_file(url):
        # Connecting would make an empty one: a doctor leaves nothing behind.
        return [Finding("database", "amiss", f"{shown} does not exist yet", "`rapport migrate` makes it")]
    database = Database(settings.database_url)
    try:
        async with database.engine.connect() as connection:
            revision = await connection.run_sync(_revision)
    except (SQLAlchemyError, OSError) as error:
        return [Finding("database", "amiss", f"{shown}: {error}", "start it, or set RAPPORT_DATABASE_URL")]
    finally:
        await database.close()
    if revision != newest_revision():
        advice = "`rapport migrate` brings it up to date"
        return [Finding("database", "amiss", f"{shown} is at revision {revision}, not {newest_revision()}", advice)]
    return [Finding("database", "fine", f"{shown}, revision {revision}")]


def _is_missing_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def _keys(settings: Settings) -> list[Finding]:
    if settings.secret_key.get_secret_value():
        return [Finding("secret key", "fine", "set")]
    advice = "with several machines, set the same RAPPORT_SECRET_KEY on each"
    return [Finding("secret key", "note", f"kept in {settings.var_dir / 'secret_key'}", advice)]


async def _assistant(settings: Settings) -> list[Finding]:
    return [_environment(), _trained(settings), await _reachable("assistant", f"{settings.assistant_url}/status")]


def _environment() -> Finding:
    if assistant.PYTHON.exists():
        return Finding("assistant's environment", "fine", str(assistant.PYTHON.relative_to(assistant.ROOT)))
    return Finding("assistant's environment", "amiss", "missing", "`make setup` installs it")


def _trained(settings: Settings) -> Finding:
    if not assistant.archive(settings.var_dir).exists():
        return Finding("assistant's training", "amiss", "not trained", "`rapport train assistant`")
    if not assistant.is_current(settings.var_dir):
        return Finding("assistant's training", "note", "older than its sources", "`rapport train assistant`")
    return Finding("assistant's training", "fine", "made from the sources as they are")


async def _actions(settings: Settings) -> list[Finding]:
    return [await _reachable("actions", settings.actions_url.removesuffix("/webhook") + "/health")]


async def _web(settings: Settings) -> list[Finding]:
    found = [await _reachable("web", f"http://{settings.host}:{settings.port}/healthz")]
    if settings.mailbox_url is not None:
        found.append(
            Finding("mailbox", "note", "the demo's mailbox is on", "unset RAPPORT_MAILBOX_URL in production")
        )
    return found


async def _reachable(name: str, url: str) -> Finding:
    try:
        async with httpx.AsyncClient(timeout=3.0, trust_env=False) as client:
            (await client.get(url)).raise_for_status()
    except httpx.HTTPError as error:
        what = str(error) or type(error).__name__
        return Finding(name, "note", f"{url}: {what}", f"`rapport serve {name}` starts it")
    return Finding(name, "fine", f"answers at {url}")


async def _mail(settings: Settings) -> list[Finding]:
    try:
        relay = Relay.from_url(settings.smtp_url.get_secret_value())
    except ValueError as error:
        return [Finding("mail relay", "amiss", "RAPPORT_SMTP_URL is no address of a relay", str(error))]
    client = aiosmtplib.SMTP(hostname=relay.host, port=relay.port, use_tls=relay.tls, start_tls=False, timeout=5)
    place = f"{relay.host}:{relay.port}"
    try:
        async with client:
            await client.ehlo()
    except (aiosmtplib.SMTPException, OSError) as error:
        return [Finding("mail relay", "amiss", f"{place}: {error}", "start it, or set RAPPORT_SMTP_URL")]
    return [Finding("mail relay", "fine", f"{place} says EHLO")]


async def _telegram(settings: Settings) -> list[Finding]:
    async with open_bot(settings) as bot:
        if bot is None:
            return [Finding("telegram", "note", "no token", "set RAPPORT_TELEGRAM_TOKEN; docs/telegram.md says how")]
        try:
            name = (await bot.get_me()).username
        except InvalidToken:
            advice = "ask @BotFather for the token and set RAPPORT_TELEGRAM_TOKEN"
            return [Finding("telegram", "amiss", "the token is of no bot", advice)]
        except TelegramError as error:
            detail = f"{settings.telegram_api_url}: {error.message}"
            return [
                Finding("telegram", "amiss", detail, "let this machine reach it, or set RAPPORT_TELEGRAM_API_URL")
            ]
    if settings.telegram_updates == "webhook" and not may_call_us(settings):
        advice = "set RAPPORT_PUBLIC_URL to an https address, or RAPPORT_TELEGRAM_UPDATES=polling"
        return [Finding("telegram", "amiss", f"@{name} answers, but Telegram calls https only", advice)]
    return [Finding("telegram", "fine", f"@{name} answers; updates: {settings.telegram_updates}"), *_points(settings)]


def _points(settings: Settings) -> list[Finding]:
    try:
        points = read_points(settings.rules_dir / PICKUP_POINTS)
    except FileNotFoundError:
        return []
    except RuleError as error:
        return [Finding("pick-up points", "amiss", str(error), "docs/telegram.md shows how the file is written")]
    return [Finding("pick-up points", "fine", f"{len(points)} in {PICKUP_POINTS}")]


async def _rules(settings: Settings) -> list[Finding]:
    folder = RuleFolder(settings.rules_dir)
    book = folder.current()
    findings = [Finding("rules", "amiss", str(error), "`rapport rules check`") for error in folder.errors]
    return findings or [Finding("rules", "fine", f"{len(book)} rules in {settings.rules_dir}")]


async def _desk(settings: Settings) -> list[Finding]:
    try:
        terms = read_terms(settings)
    except RuleError as error:
        return [Finding("desk", "amiss", str(error), "docs/handoff.md shows how the file is written")]
    now = utc_now()
    opens = terms.hours.opens_at(now)
    when = "people answer now" if terms.hours.is_open(now) else f"people answer from {opens or 'no day'} on"
    return [Finding("desk", "fine", when)]


async def _models(settings: Settings) -> list[Finding]:
    return [_model(settings.var_dir / "models" / name, name) for name in MODELS]


def _model(folder: Path, name: str) -> Finding:
    cards = sorted(folder.glob("*/card.json"), key=lambda path: path.stat().st_mtime)
    if not cards:
        return Finding(f"model {name}", "amiss", "not trained", f"`rapport train {name}`")
    trained_at = datetime.fromisoformat(json.loads(cards[-1].read_text(encoding="utf-8"))["trained_at"])
    detail = f"trained {trained_at:%Y-%m-%d %H:%M} UTC"
    if utc_now() - trained_at > OLD:
        return Finding(f"model {name}", "note", detail, f"more than a month ago: `rapport train {name}`")
    return Finding(f"model {name}", "fine", detail)


async def _staff(settings: Settings) -> list[Finding]:
    return [Finding(*each) for each in staff_check.address(settings) + await staff_check.admins(settings)]


async def _clock(settings: Settings) -> list[Finding]:
    if not settings.worker_clock_ahead:
        return []
    detail = f"runs {settings.worker_clock_ahead} ahead"
    return [Finding("worker's clock", "amiss", detail, "unset RAPPORT_WORKER_CLOCK_AHEAD: it is for rehearsals")]


CHECKS: tuple[Check, ...] = (
    _database,
    _keys,
    _rules,
    _desk,
    _models,
    _assistant,
    _actions,
    _web,
    _mail,
    _telegram,
    _staff,
    _clock,
)
