"""`rapport demo`: the whole system on SQLite with the demo shop, in one terminal."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable
from typing import Annotated

import typer
from rich.panel import Panel

from rapport.cli.assistant import AssistantError, train_assistant
from rapport.cli.demo_agent import how_to_log_in, new_demo_agent
from rapport.cli.demo_shop import (
    DemoError,
    copy_of_shop,
    demo_settings,
    prepare_shop,
    serve_assistant,
    serve_shop,
    step,
)
from rapport.cli.output import AsJson, console, print_json, refuse
from rapport.cli.rehearsal import Rehearsal, rehearse
from rapport.cli.serve import stop_asked
from rapport.cli.supervisor import ProcessError, Supervisor, supervised
from rapport.clock import utc_now
from rapport.settings import Settings

Once = Annotated[bool, typer.Option("--once", help="Play one conversation per language to its e-mail, and end.")]
StopWithParent = Annotated[bool, typer.Option("--stop-with-parent", hidden=True)]


def demo(once: Once = False, stop_with_parent: StopWithParent = False, as_json: AsJson = False) -> None:
    """Run the whole system with the demo shop: page, assistant, models, worker, mail server.

    The first start makes a shop of 5,000 simulated customers in VAR_DIR/demo and trains on it. Nothing leaves this
    machine: every address is on loopback, and mails go to the demo's own mailbox page.
    """
    try:
        work = _once(as_json=as_json) if once else _demo()
        complete = asyncio.run(_while_parent_lives(work) if stop_with_parent else work)
    except (DemoError, ProcessError, AssistantError) as error:
        refuse(str(error), code=1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(130) from None
    raise typer.Exit(0 if complete else 1)


async def _demo() -> bool:
    settings = demo_settings(Settings())
    _refuse_taken_port(settings)
    async with supervised(settings.var_dir / "logs", say=console.print) as supervisor:
        running = asyncio.create_task(_start(supervisor, settings))
        stopping = asyncio.create_task(stop_asked().wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            running.result()
            # Only now: a start that failed must not have used up the one time the password is shown.
            password = await new_demo_agent(settings, now=utc_now())
            console.print(_addresses(settings))
            # Not in the panel: a broken line cannot be copied.
            console.print(how_to_log_in(settings, password), markup=False, highlight=False, soft_wrap=True)
            await stopping
        running.cancel()
        console.print("Stopping …")
    return True


async def _start(supervisor: Supervisor, settings: Settings) -> None:
    """The assistant is trained and started beside the data and the models: they take as long as it does."""

    async def assistant() -> None:
        await step("assistant", train_assistant(Settings().var_dir))
        await serve_assistant(supervisor, settings)

    async def everything_else() -> None:
        await prepare_shop(settings)
        await serve_shop(supervisor, settings)

    await asyncio.gather(assistant(), everything_else())


async def _once(*, as_json: bool) -> bool:
    shop = demo_settings(Settings())
    await asyncio.gather(step("assistant", train_assistant(Settings().var_dir)), prepare_shop(shop))
    async with copy_of_shop(shop) as settings, supervised(settings.var_dir / "logs", say=console.print) as supervisor:
        await asyncio.gather(serve_assistant(supervisor, settings), serve_shop(supervisor, settings))
        rehearsal = await rehearse(settings, supervisor)
    _report(rehearsal, as_json=as_json)
    return rehearsal.complete


def _report(rehearsal: Rehearsal, *, as_json: bool) -> None:
    if as_json:
        print_json(rehearsal.as_json())
        return
    for scene in rehearsal.scenes:
        console.print(scene.as_panel())


def _addresses(settings: Settings) -> Panel:
    lines = (
        ("The shop", settings.public_url),
        ("in English", f"{settings.public_url}/?lang=en"),
        ("Staff log in", f"{settings.public_url}/log-in"),
        ("The mailbox", f"{settings.public_url}/mailbox"),
        ("The API", f"{settings.public_url}/docs"),
        ("Logs", str(settings.var_dir / "logs")),
    )
    text = "\n".join(f"{name:<12} {address}" for name, address in lines)
    return Panel(f"{text}\n\nCtrl-C stops everything.", title="Rapport is running", expand=False)


def _refuse_taken_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            refuse(f"Port {settings.port} is taken by another program; choose one: RAPPORT_PORT=8001 make demo.")


async def _while_parent_lives(work: Awaitable[bool]) -> bool:
    task = asyncio.ensure_future(work)
    watcher = asyncio.create_task(_parent_gone())
    await asyncio.wait({task, watcher}, return_when=asyncio.FIRST_COMPLETED)
    task.cancel() if not task.done() else watcher.cancel()
    return await task


async def _parent_gone() -> None:
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110  the system tells nobody that his parent has died
        await asyncio.sleep(0.5)
