"""Our programs as processes of their own that start in a moment: forked from one that has read their modules."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import runpy
import sys
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from rapport.cli.supervisor import Program

# Reading them takes a start of `rapport serve web` nine tenths of its time. One server for all tests of a worker;
# what it forks has the program's own arguments, environment and folder.
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["rapport.cli.main", "rapport.web.app", "rapport.web.server"])


@dataclass(frozen=True, slots=True)
class Forked:
    """A running program; has of `asyncio.subprocess.Process` what tests need."""

    process: BaseProcess

    @property
    def returncode(self) -> int | None:
        return self.process.exitcode

    def kill(self) -> None:
        self.process.kill()

    async def wait(self) -> None:
        await asyncio.to_thread(self.process.join)


def forked(program: Program, log: Path) -> Forked:
    """Starts a program of the form `python -m module arguments`; what it prints is added to `log`."""
    _, _, *module = program.argv
    process = _SERVER.Process(
        target=_become, args=(module, {**os.environ, **program.env}, program.cwd, log), daemon=True
    )
    process.start()
    return Forked(process)


def _become(module: list[str], env: dict[str, str], folder: Path, log: Path) -> None:
    with log.open("ab") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    name, *arguments = module
    sys.argv = [name, *arguments]
    runpy.run_module(name, run_name="__main__", alter_sys=True)
