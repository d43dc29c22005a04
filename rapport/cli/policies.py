"""`rapport policies`: what customers asked that the shop has no answer to, and which answer a question would find."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from rapport.cli.output import FINDING, AsJson, console, print_json, refuse
from rapport.clock import utc_now
from rapport.marketing.errors import RuleError
from rapport.marketing.policy_reader import read_policies
from rapport.marketing.policy_search import PolicySearch
from rapport.settings import Settings
from rapport.store.database import Database
from rapport.store.unanswered import Unanswered, unanswered_questions

app = typer.Typer(help="The shop's answers: what they lack, and what they are found by.", no_args_is_help=True)
NEAREST = 3


@app.command("unanswered")
def list_unanswered(
    days: Annotated[int, typer.Option(min=1, help="How far back to look.")] = 30,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to list at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """What customers asked that no policy answers, the most frequent first; addresses and long numbers are masked."""
    found = asyncio.run(_unanswered(Settings(), days=days, limit=limit))
    if as_json:
        print_json([asdict(one) | {"last_at": one.last_at.isoformat()} for one in found])
    elif not found:
        console.print(Text(f"Every question of the last {days} days was answered.", style="green"))
    else:
        console.print(_table(found))


@app.command("ask")
def ask(
    question: Annotated[str, typer.Argument(help="A question as a customer would ask it.")],
    as_json: AsJson = False,
) -> None:
    """Which topics of the policy file are nearest to a question. Exit code 1: none is near enough to be answered."""
    settings = Settings()
    try:
        topics = read_policies(settings.rules_dir / "policies.yml", settings.promised).topics
    except (RuleError, OSError) as error:
        refuse(str(error))
    ranked = PolicySearch(topics).rank(question)[:NEAREST]
    sure = bool(ranked) and ranked[0].sure
    if as_json:
        nearest: list[dict[str, Any]] = [{"topic": one.name, "lead": round(one.lead, 3)} for one in ranked]
        print_json({"question": question, "answered": sure, "nearest": nearest})
    for one in ranked:
        style = "green" if one.sure else "dim"
        console.print(
            Text(f"{one.name}  {one.lead:.2f}  {topics[one.name].texts['en']}", style=style), soft_wrap=True
        )
    raise typer.Exit(0 if sure else FINDING)


async def _unanswered(settings: Settings, *, days: int, limit: int) -> list[Unanswered]:
    database = Database(settings.database_url)
    try:
        async with database.reading() as session:
            return await unanswered_questions(session, since=utc_now() - timedelta(days=days), limit=limit)
    finally:
        await database.close()


def _table(found: list[Unanswered]) -> Table:
    table = Table("asked", "times", "last", "in")
    for one in found:
        table.add_row(Text(one.text), str(one.times), f"{one.last_at:%Y-%m-%d}", one.language)
    return table
