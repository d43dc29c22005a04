"""`rapport serve`: the processes, each alone or all together."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from rapport.cli.assistant import archive, assistant_program, is_current
from rapport.cli.output import console, refuse
from rapport.cli.programs import all_programs
from rapport.cli.supervisor import supervised
from rapport.cli.worker import run_worker
from rapport.privacy import MaskingFilter
from rapport.settings import Settings


class Part(StrEnum):
    web = "web"
    actions = "actions"
    assistant = "assistant"
    worker = "worker"
    all = "all"


def serve(
    part: Annotated[Part, typer.Argument(help="Which process; `all` runs the four together.")] = Part.all,
) -> None:
    """Run the processes that serve customers, in the foreground, until Ctrl-C.

    web: gateway, pages, API. actions: what the assistant can do. assistant: Rasa. worker: outbox, journeys, the desk.
    """
    settings = Settings()
    log_to_stderr(settings)
    runs: dict[Part, Callable[[Settings], None]] = {
        Part.web: _serve_web,
        Part.actions: _serve_actions,
        Part.assistant: _serve_assistant,
        Part.worker: lambda settings: asyncio.run(_serve_worker(settings)),
        Part.all: lambda settings: asyncio.run(_serve_all(settings)),
    }
    runs[part](settings)


def log_to_stderr(settings: Settings) -> None:
    """One handler for the process; no record leaves it with an address or a long number in it."""
    handler = logging.StreamHandler()
    handler.addFilter(MaskingFilter())
    logging.basicConfig(
        level=settings.log_level.upper(),
        handlers=[handler],
        force=True,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _serve_web(settings: Settings) -> None:
    from rapport.web.app import create_app
    from rapport.web.server import WebServer

    server = WebServer(create_app(settings), settings)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise typer.Exit(1)


def _serve_actions(settings: Settings) -> None:
    from actions.server import run

    run(settings, port=urlsplit(settings.actions_url).port or 5055)


def _serve_assistant(settings: Settings) -> None:
    model = _trained(settings)
    program = assistant_program(settings, model=model)
    os.chdir(program.cwd)
    os.execve(program.argv[0], program.argv, {**os.environ, **program.env})  # noqa: S606  the fixed command above


def _trained(settings: Settings) -> Path:
    if not is_current(settings.var_dir):
        console.print("The assistant is older than its sources: `rapport train assistant` renews it.", style="yellow")
    if not archive(settings.var_dir).exists():
        refuse("No assistant has been trained yet: run `rapport train assistant` first.")
    return archive(settings.var_dir)


async def _serve_all(settings: Settings) -> None:
    _trained(settings)
    async with supervised(settings.var_dir / "logs", say=console.print) as supervisor:
        for program in all_programs(settings):
            await supervisor.start(program)
            console.print(f"{program.name} is ready")
        console.print(f"Rapport answers at {settings.public_url}; Ctrl-C stops it")
        await stop_asked().wait()


async def _serve_worker(settings: Settings) -> None:
    await run_worker(settings, stop_asked())


def stop_asked() -> asyncio.Event:
    """An event that is set once the terminal or the system asks this process to stop."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked.set)
    return asked
