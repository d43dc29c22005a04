"""`rapport demo`: the whole system on SQLite with the demo shop, in one terminal."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import HttpUrl, SecretStr
from rich.panel import Panel

from rapport.cli.assistant import ROOT, AssistantError, archive, assistant_program, train_assistant
from rapport.cli.output import AsJson, console, print_json, refuse
from rapport.cli.programs import actions_program, python_program, settings_as_environment, web_program, worker_program
from rapport.cli.rehearsal import Rehearsal, rehearse
from rapport.cli.serve import stop_asked
from rapport.cli.supervisor import ProcessError, Program, Supervisor, supervised
from rapport.settings import Settings

SEED = "7"
CUSTOMERS = "5000"
# What the demo's data and models are made from: when it changes, they are made anew.
MADE_FROM = ("demo", "models", "rapport/learning", "rapport/store")
Result = TypeVar("Result")


class DemoError(Exception):
    """A step of the demo's preparation failed."""


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Play one conversation per language to its e-mail, and end.")
    ] = False,
    stop_with_parent: Annotated[bool, typer.Option(hidden=True, help="End when the calling process does.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run the whole system with the demo shop: page, assistant, models, worker, mail server.

    The first start makes a shop of 5,000 simulated customers in VAR_DIR/demo and trains on it. Nothing leaves this
    machine: every address is on loopback, and mails go to the demo's own mailbox page.
    """
    try:
        asyncio.run(_while_parent_lives(_once(as_json=as_json) if once else _demo(), watch=stop_with_parent))
    except (DemoError, ProcessError, AssistantError) as error:
        refuse(str(error), code=1)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


async def _demo() -> None:
    settings = _demo_settings(Settings(), mailbox_port=_free_port())
    _refuse_taken_port(settings)
    async with supervised(settings.var_dir / "logs", say=console.print) as supervisor:
        running = asyncio.create_task(_start(supervisor, settings))
        stopping = asyncio.create_task(stop_asked())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
            console.print(_addresses(settings))
            await stopping
        running.cancel()
        console.print("Stopping …")


async def _once(*, as_json: bool) -> None:
    shop = _demo_settings(Settings(), mailbox_port=_free_port())
    await asyncio.gather(_step("assistant", train_assistant(shop.var_dir.parent)), _prepare(shop))
    async with _copy_of(shop) as settings, supervised(settings.var_dir / "logs", say=console.print) as supervisor:
        await _serve(supervisor, settings)
        rehearsal = await rehearse(settings, supervisor)
    _report(rehearsal, as_json=as_json)
    raise typer.Exit(0 if rehearsal.complete else 1)


def _report(rehearsal: Rehearsal, *, as_json: bool) -> None:
    if as_json:
        print_json(rehearsal.as_json())
        return
    for scene in rehearsal.scenes:
        console.print(scene.as_panel())


async def _start(supervisor: Supervisor, settings: Settings) -> None:
    """The assistant is trained and started beside the data and the models: they take as long as it does."""
    assistant = _step("assistant", train_assistant(settings.var_dir.parent))

    async def start_assistant() -> None:
        await assistant
        await _step("assistant starts", supervisor.start(_assistant(settings)))

    async def start_the_rest() -> None:
        await _prepare(settings)
        await _serve_without_assistant(supervisor, settings)

    await asyncio.gather(start_assistant(), start_the_rest())


async def _serve(supervisor: Supervisor, settings: Settings) -> None:
    await asyncio.gather(
        _step("assistant starts", supervisor.start(_assistant(settings))),
        _serve_without_assistant(supervisor, settings),
    )


async def _serve_without_assistant(supervisor: Supervisor, settings: Settings) -> None:
    programs = (_mail_server(settings), actions_program(settings), web_program(settings), worker_program(settings))
    await asyncio.gather(*(_step(f"{program.name} starts", supervisor.start(program)) for program in programs))


async def _prepare(settings: Settings) -> None:
    """Makes the shop, its customers and its models once; a second time there is nothing to do."""
    mark = settings.var_dir / "made-from"
    made_from = _fingerprint()
    if mark.exists() and mark.read_text() == made_from:
        return
    _forget(settings.var_dir)
    simulate = ("demo.simulator", "--database-url", settings.database_url, "--seed", SEED, "--customers", CUSTOMERS)
    await _step("shop and customers", _run(settings, *simulate))
    await _step("models", _run(settings, "rapport.cli.main", "train", "all", "--without-assistant"))
    await _step("scores", _run(settings, "rapport.cli.main", "score", "--all"))
    mark.write_text(made_from)


def _forget(folder: Path) -> None:
    for name in ("rapport.db", "rapport.db-wal", "rapport.db-shm"):
        (folder / name).unlink(missing_ok=True)
    for name in ("models", "mailbox", "pictures"):
        shutil.rmtree(folder / name, ignore_errors=True)


async def _run(settings: Settings, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "rapport/cli/leash.py"), sys.executable, "-m", *arguments,
        env={**os.environ, **settings_as_environment(settings)}, cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout  # noqa: S101  a pipe was asked for
    output = await process.stdout.read()
    if await process.wait() != 0:
        raise DemoError(f"`{' '.join(arguments)}` failed:\n{output.decode(errors='replace')[-3000:]}")


async def _step(name: str, work: Awaitable[Result]) -> Result:
    began = asyncio.get_running_loop().time()
    console.print(f"  … {name}", style="dim")
    result = await work
    console.print(f"  ✓ {name} [dim]{asyncio.get_running_loop().time() - began:.0f} s[/dim]")
    return result


def _demo_settings(settings: Settings, *, mailbox_port: int, var_dir: Path | None = None) -> Settings:
    var_dir = var_dir or settings.var_dir / "demo"
    return settings.model_copy(
        update={
            "var_dir": var_dir,
            "database_url": f"sqlite+aiosqlite:///{var_dir.resolve()}/rapport.db",
            "public_url": f"http://{settings.host}:{settings.port}",
            "assistant_url": f"http://127.0.0.1:{_free_port()}",
            "actions_url": f"http://127.0.0.1:{_free_port()}/webhook",
            "smtp_url": SecretStr(f"smtp://127.0.0.1:{_free_port()}"),
            "mailbox_url": HttpUrl(f"http://127.0.0.1:{mailbox_port}"),
        }
    )


@asynccontextmanager
async def _copy_of(shop: Settings) -> AsyncIterator[Settings]:
    """The demo shop in a folder of its own, gone afterwards: a rehearsal leaves no trace in the demo."""
    with tempfile.TemporaryDirectory(prefix="rapport-once-") as folder:
        copy = Path(folder) / "demo"
        await asyncio.to_thread(shutil.copytree, shop.var_dir, copy, ignore=shutil.ignore_patterns("logs", "mailbox"))
        local = shop.model_copy(update={"port": _free_port()})
        settings = _demo_settings(local, mailbox_port=_free_port(), var_dir=copy)
        yield settings.model_copy(
            update={"secret_key": SecretStr(shop.key()), "chat_key": SecretStr(shop.shop_chat_key())}
        )


def _assistant(settings: Settings) -> Program:
    return assistant_program(settings, model=archive(Settings().var_dir))


def _mail_server(settings: Settings) -> Program:
    smtp_port = settings.smtp_url.get_secret_value().rsplit(":", 1)[1]
    url = str(settings.mailbox_url).rstrip("/")
    ports = ("--smtp-port", smtp_port, "--http-port", url.rsplit(":", 1)[1])
    folder = str(settings.var_dir.resolve() / "mailbox")
    return python_program("mail", "demo.mail_server", *ports, "--folder", folder, ready_url=f"{url}/mailbox.json")


def _addresses(settings: Settings) -> Panel:
    lines = (
        ("The shop", settings.public_url),
        ("in English", f"{settings.public_url}/?lang=en"),
        ("The mailbox", f"{settings.public_url}/mailbox"),
        ("The API", f"{settings.public_url}/docs"),
        ("Logs", str(settings.var_dir / "logs")),
    )
    text = "\n".join(f"{name:<12} {address}" for name, address in lines)
    return Panel(f"{text}\n\nCtrl-C stops everything.", title="Rapport is running", expand=False)


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{SEED} {CUSTOMERS}".encode())
    for folder in MADE_FROM:
        for path in sorted((ROOT / folder).rglob("*.*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _refuse_taken_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            refuse(f"Port {settings.port} is taken by another program; choose one with RAPPORT_PORT=8001 make demo.")


async def _while_parent_lives(work: Awaitable[None], *, watch: bool) -> None:
    task = asyncio.ensure_future(work)
    if watch:
        watcher = asyncio.create_task(_parent_gone())
        watcher.add_done_callback(lambda done: done.cancelled() or task.cancel())
        task.add_done_callback(lambda _: watcher.cancel())
    await task


async def _parent_gone() -> None:
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110  the system tells nobody that his parent has died
        await asyncio.sleep(0.5)
