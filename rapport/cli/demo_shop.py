"""The demo shop: made once, copied for a rehearsal, served with everything that belongs to it."""

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
from typing import TypeVar

from pydantic import HttpUrl, SecretStr

from rapport.cli.assistant import ROOT, archive, assistant_program
from rapport.cli.output import console
from rapport.cli.programs import actions_program, python_program, settings_as_environment, web_program, worker_program
from rapport.cli.supervisor import Program, Supervisor
from rapport.settings import Settings

SEED = "7"
CUSTOMERS = "5000"
# What the shop's data and models are made from: when it changes, they are made anew.
MADE_FROM = ("demo", "models", "rapport/learning", "rapport/store")
Result = TypeVar("Result")


class DemoError(Exception):
    """A step of the demo's preparation failed."""


def demo_settings(settings: Settings, *, var_dir: Path | None = None) -> Settings:
    """These settings, for the demo: its own folder and database, loopback addresses, free ports."""
    var_dir = (var_dir or settings.var_dir / "demo").resolve()
    return settings.model_copy(
        update={
            "var_dir": var_dir,
            "shop_name": "半山小铺 Halfhill",
            "database_url": f"sqlite+aiosqlite:///{var_dir}/rapport.db",
            "public_url": f"http://{settings.host}:{settings.port}",
            "assistant_url": f"http://127.0.0.1:{free_port()}",
            "actions_url": f"http://127.0.0.1:{free_port()}/webhook",
            "smtp_url": SecretStr(f"smtp://127.0.0.1:{free_port()}"),
            "mailbox_url": HttpUrl(f"http://127.0.0.1:{free_port()}"),
        }
    )


async def prepare_shop(settings: Settings) -> None:
    """Makes the shop, its customers and its models once; a second time there is nothing to do. Raises DemoError."""
    mark, made_from = settings.var_dir / "made-from", _fingerprint()
    if mark.exists() and mark.read_text() == made_from:
        return
    # The keys stay: chats that are open in a browser go on being readable.
    for name in ("rapport.db", "rapport.db-wal", "rapport.db-shm"):
        (settings.var_dir / name).unlink(missing_ok=True)
    for name in ("models", "mailbox", "pictures"):
        shutil.rmtree(settings.var_dir / name, ignore_errors=True)
    simulate = ("demo.simulator", "--database-url", settings.database_url, "--seed", SEED, "--customers", CUSTOMERS)
    await step("shop and customers", _run(settings, *simulate))
    await step("models", _run(settings, "rapport.cli", "train", "all", "--without-assistant"))
    await step("scores", _run(settings, "rapport.cli", "score", "--all"))
    mark.write_text(made_from)


@asynccontextmanager
async def copy_of_shop(shop: Settings) -> AsyncIterator[Settings]:
    """The shop in a folder of its own, gone afterwards: what is tried there leaves no trace in the demo."""
    with tempfile.TemporaryDirectory(prefix="rapport-") as folder:
        var_dir = Path(folder) / "demo"
        leave_out = shutil.ignore_patterns("logs", "mailbox")
        await asyncio.to_thread(shutil.copytree, shop.var_dir, var_dir, ignore=leave_out)
        yield demo_settings(shop.model_copy(update={"port": free_port()}), var_dir=var_dir)


async def serve_shop(supervisor: Supervisor, settings: Settings) -> None:
    """Everything but the assistant, which is trained beside and takes longest."""
    programs = (mail_program(settings), actions_program(settings), web_program(settings), worker_program(settings))
    await asyncio.gather(*(step(f"{program.name} starts", supervisor.start(program)) for program in programs))


async def serve_assistant(supervisor: Supervisor, settings: Settings) -> None:
    """The assistant trained from this checkout, for the shop of `settings`."""
    program = assistant_program(settings, model=archive(Settings().var_dir))
    await step("assistant starts", supervisor.start(program))


def mail_program(settings: Settings) -> Program:
    """The demo's mail server, with the page of its mailbox."""
    url = str(settings.mailbox_url).rstrip("/")
    smtp_port = settings.smtp_url.get_secret_value().rsplit(":", 1)[1]
    ports = ("--smtp-port", smtp_port, "--http-port", url.rsplit(":", 1)[1])
    folder = str(settings.var_dir / "mailbox")
    return python_program("mail", "demo.mail_server", *ports, "--folder", folder, ready_url=f"{url}/mailbox.json")


async def step(name: str, work: Awaitable[Result]) -> Result:
    """Says that `work` begins, and how long it took."""
    began = asyncio.get_running_loop().time()
    console.print(f"  … {name}", style="dim")
    result = await work
    console.print(f"  ✓ {name} [dim]{asyncio.get_running_loop().time() - began:.0f} s[/dim]")
    return result


def free_port() -> int:
    """A loopback port nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _run(settings: Settings, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(ROOT / "rapport/cli/leash.py"), sys.executable, "-m", *arguments),
        env={**os.environ, **settings_as_environment(settings)},
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout  # noqa: S101  a pipe was asked for
    output = await process.stdout.read()
    if await process.wait() != 0:
        raise DemoError(f"`{' '.join(arguments)}` failed:\n{output.decode(errors='replace')[-3000:]}")


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{SEED} {CUSTOMERS}".encode())
    for folder in MADE_FROM:
        for path in sorted((ROOT / folder).rglob("*.*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
