"""`rapport review`: proposed training utterances, and the one command that writes them into the files of git."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from rapport.cli.output import FINDING, AsJson, console, print_json, refuse
from rapport.settings import Settings
from rapport.store.database import Database
from rapport.store.proposals import Proposal
from rapport.store.review import proposals_in

app = typer.Typer(
    help="What customers said, the assistant misunderstood, and staff put right in the console (/console/review).",
    no_args_is_help=True,
)
FOLDER = Path("rasa/data/nlu")


@app.command("list")
def list_proposals(
    state: Annotated[str, typer.Option(help="proposed, written or dismissed.")] = "proposed", as_json: AsJson = False
) -> None:
    """The proposed utterances that are not in the training data yet: text, right intent, what was heard, by whom.

    Personal data is masked already. `rapport review write` writes them; a wrong one is dismissed in the console.
    """
    found = asyncio.run(_proposals(Settings(), state))
    if as_json:
        print_json([_told(one) for one in found])
    elif not found:
        console.print(Text(f"Nothing is {state}.", style="green"))
    else:
        table = Table("text", "intent", "heard as", "by")
        for one in found:
            table.add_row(Text(one.text), Text(one.intent or ""), Text(one.heard), Text(one.proposed_by))
        console.print(table)


@app.command("write")
def write_proposals(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="The training data, with a folder for each language.")
    ] = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Writes the proposed utterances into DIR/zh/reviewed.yml and DIR/en/reviewed.yml, sorted, each once.

    A line that stands in the data under another intent is refused, with its file and line, and stays proposed: change
    it there or dismiss it in the console. Written ones are marked so; a second run changes nothing. What to do next:
    look at `git diff`, run `make validate`, then `rapport train assistant`. Exit code 1: something was refused.
    """
    if not folder.is_dir():
        refuse(f"There is no folder {folder}. Run this where the project lies, or name its rasa/data/nlu.")
    told = asyncio.run(_write(Settings(), folder))
    if as_json:
        print_json(told)
    else:
        _say(told)
    raise typer.Exit(FINDING if told["refused"] else 0)


async def _proposals(settings: Settings, state: str) -> list[Proposal]:
    database = Database(settings.database_url)
    try:
        async with database.reading() as session:
            return list(await proposals_in(session, state))
    finally:
        await database.close()


async def _write(settings: Settings, folder: Path) -> dict[str, Any]:
    from rapport.learning.reviewed_lines import write_reviewed  # jieba: no other command shall wait for it

    database = Database(settings.database_url)
    try:
        async with database.session() as session:
            outcome = write_reviewed(folder, await proposals_in(session, "proposed"))
            # After the files: killed in between, the next run finds the lines there and marks them.
            for proposal in outcome.written:
                proposal.state = "written"
    finally:
        await database.close()
    return {
        "written": [_told(one) for one in outcome.written],
        "refused": [_told(one.proposal) | {"why": one.why} for one in outcome.refused],
        "files": [str(file) for file in outcome.files],
    }


def _say(told: dict[str, Any]) -> None:
    for one in told["refused"]:
        console.print(Text(f"{one['text']!r} ({one['intent']}) {one['why']}", style="red"), soft_wrap=True)
    for file in told["files"]:
        console.print(Text(f"changed: {file}"), soft_wrap=True)
    console.print(Text(f"{len(told['written'])} written, {len(told['refused'])} refused.", style="green"))


def _told(one: Proposal) -> dict[str, Any]:
    names = ("text", "language", "intent", "heard", "state", "proposed_by")
    return {name: getattr(one, name) for name in names} | {"at": one.at.isoformat()}
