"""`rapport rules`: checks, tests and applies the marketers' rules, and explains them for one customer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from rapport.cli.output import FINDING, AsJson, console, print_json, refuse
from rapport.clock import utc_now
from rapport.marketing.errors import choices
from rapport.marketing.explain import Finding, explain, would_act
from rapport.marketing.profiles import Home, build
from rapport.marketing.rule_tests import Failure, run_tests
from rapport.marketing.rulebook import RuleFolder
from rapport.marketing.rules import Rule, RuleBook
from rapport.marketing.said import IN_ENGLISH
from rapport.marketing.scoring import Scorer
from rapport.marketing.versions import keep_book
from rapport.settings import Settings
from rapport.store.customers import Customer, find_customer
from rapport.store.database import Database

app = typer.Typer(help="Check, test and apply the rules, and see why one does what it does.", no_args_is_help=True)
Folder = Annotated[
    Path | None, typer.Argument(metavar="DIR", help="The folder of rules; RAPPORT_RULES_DIR unless told otherwise.")
]


@app.command("check")
def check_rules(folder: Folder = None, as_json: AsJson = False) -> None:
    """Read every rule and say what is wrong with it, with file and line. Exit code 1: something is."""
    book, errors = _read(folder)
    if as_json:
        print_json({"rules": len(book), "errors": errors})
    _report(errors, fine=f"{len(book)} rules, nothing wrong with them.")
    raise typer.Exit(FINDING if errors else 0)


@app.command("test")
def run_the_tests(folder: Folder = None, as_json: AsJson = False) -> None:
    """Run the tests that stand in the rules. Exit code 1: one failed, or a rule cannot be read."""
    book, errors = _read(folder)
    count, failures = run_tests(book)
    if as_json:
        print_json({"tests": count, "failures": list(map(_failure, failures)), "errors": errors})
    _report([*errors, *map(_failure, failures)], fine=f"{count} tests of {len(book)} rules passed.")
    raise typer.Exit(FINDING if errors or failures else 0)


@app.command("apply")
def apply_rules(folder: Folder = None, as_json: AsJson = False) -> None:
    """Check and test the rules the processes read, and keep these versions in the database as the last good ones.

    Running processes take up a changed file by themselves; what is kept serves after a restart with a broken file.
    """
    settings = Settings()
    if folder is not None and folder.resolve() != settings.rules_dir.resolve():
        refuse(f"The processes read {settings.rules_dir}; set RAPPORT_RULES_DIR={folder} to apply that folder.")
    book, errors = _read(folder)
    _, failures = run_tests(book)
    faults = [*errors, *map(_failure, failures)]
    if not faults:
        asyncio.run(_keep(settings, book))
    if as_json:
        print_json({"applied": {} if faults else {rule.name: rule.version for rule in book.rules}, "errors": faults})
    _report(faults, fine=f"{len(book)} rules are in force.")
    raise typer.Exit(FINDING if faults else 0)


@app.command("explain")
def explain_rule(
    customer: Annotated[str, typer.Argument(help="The customer's number, or her external id or e-mail address.")],
    rule: Annotated[str, typer.Argument(help="The name of the rule.")],
    as_json: AsJson = False,
) -> None:
    """Why a rule would do something for a customer now, or why not. Exit code 1: it would not."""
    settings = Settings()
    book = RuleFolder(settings.rules_dir).current()
    found = book.named(rule)
    if found is None:
        refuse(
            f'There is no rule "{rule}" in {settings.rules_dir}; {choices(rule, (each.name for each in book.rules))}'
        )
    findings = asyncio.run(_explain(settings, customer, found, book))
    acts = would_act(findings)
    if as_json:
        print_json({"rule": rule, "version": found.version, "acts": acts, "findings": list(map(_as_json, findings))})
    else:
        console.print(_table(found, findings, acts=acts))
    raise typer.Exit(0 if acts else FINDING)


def _read(folder: Path | None) -> tuple[RuleBook, list[dict[str, Any]]]:
    folder = folder or Settings().rules_dir
    if not folder.is_dir():
        refuse(f"{folder} is not a folder; name the folder with the rules.")
    rules = RuleFolder(folder)
    book = rules.current()
    return book, [{"file": one.file, "line": one.line, "message": one.problem} for one in rules.errors]


def _as_json(finding: Finding) -> dict[str, Any]:
    told = {"asked": IN_ENGLISH(finding.asked), "actual": IN_ENGLISH(finding.actual)}
    return told | {"holds": finding.holds, "depth": finding.depth}


def _failure(failure: Failure) -> dict[str, Any]:
    return {"file": failure.rule.file, "line": failure.test.line, "message": failure.problem}


def _report(faults: list[dict[str, Any]], *, fine: str) -> None:
    for fault in faults:
        console.print(Text(f"{fault['file']}:{fault['line']}: {fault['message']}", style="red"), soft_wrap=True)
    if not faults:
        console.print(Text(fine, style="green"))


async def _keep(settings: Settings, book: RuleBook) -> None:
    database = Database(settings.database_url)
    try:
        async with database.session() as session:
            await keep_book(session, book, now=utc_now())
    finally:
        await database.close()


async def _explain(settings: Settings, name: str, rule: Rule, book: RuleBook) -> tuple[Finding, ...]:
    database, now = Database(settings.database_url), utc_now()
    home = Home(settings.default_language, settings.default_time_zone)
    try:
        async with database.reading() as session:
            customer = await session.get(Customer, int(name)) if name.isdecimal() and len(name) < 10 else None
            customer = customer or await find_customer(session, "external_id", name)
            customer = customer or await find_customer(session, "email", name)
            if customer is None:
                refuse(f"There is no customer {name}; name one by number, external id or e-mail address.")
            scorer = Scorer.load(settings.var_dir / "models", key=settings.key())
            standing = await scorer.score(session, customer.id, now=now)
            profile = await build(session, customer.id, now=now, standing=standing, home=home)
    finally:
        await database.close()
    return explain(profile, rule, book, now)


def _table(rule: Rule, findings: tuple[Finding, ...], *, acts: bool) -> Table:
    trigger = rule.trigger.intent or rule.trigger.event
    verdict = "would act now" if acts else "would do nothing now"
    table = Table("asked", "is", "", title=f"{rule.name}, set off by {trigger}: {verdict}", title_justify="left")
    for finding in findings:
        sign = Text("✓", style="green") if finding.holds else Text("✗", style="red" if finding.counts else "dim")
        table.add_row(Text("  " * finding.depth + IN_ENGLISH(finding.asked)), Text(IN_ENGLISH(finding.actual)), sign)
    return table
