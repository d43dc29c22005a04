"""Starts processes, waits until each is ready, restarts those that fall, and leaves none behind."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

STOP_SECONDS = 10.0
MOST_RESTARTS = 5


class ProcessError(Exception):
    """A process could not be started or did not become ready."""


@dataclass(frozen=True, slots=True)
class Program:
    """A process to run: `env` is added to ours; ready once `ready_url` answers 200 (at once where it is None)."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = Path()
    ready_url: str | None = None
    ready_seconds: float = 180.0


@dataclass(slots=True)
class _Running:
    program: Program
    process: Process
    watcher: asyncio.Task[None] | None = None


class Supervisor:
    """Processes under one roof. `say` is told in a sentence when one falls and is started again."""

    def __init__(self, logs: Path, *, say: Callable[[str], None]) -> None:
        self._logs, self._say = logs, say
        self._running: dict[str, _Running] = {}

    async def start(self, program: Program) -> None:
        """Starts a program and waits until it is ready. Raises ProcessError with the end of its log."""
        running = _Running(program, await self._spawn(program))
        self._running[program.name] = running
        try:
            await self._ready(running)
        except ProcessError:
            await self.stop(program.name)
            raise
        running.watcher = asyncio.create_task(self._keep_alive(running))

    async def stop(self, name: str) -> None:
        """Ends a program: asked first, then made to. One that is not running is left at that."""
        running = self._running.pop(name, None)
        if running is None:
            return
        if running.watcher:
            running.watcher.cancel()
        await _end(running.process)

    async def stop_all(self) -> None:
        """Ends everything that was started."""
        await asyncio.gather(*(self.stop(name) for name in list(self._running)))

    async def _spawn(self, program: Program) -> Process:
        self._logs.mkdir(parents=True, exist_ok=True)
        with (self._logs / f"{program.name}.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                str(Path(__file__).with_name("leash.py")),
                *program.argv,
                stdin=PIPE,
                stdout=log,
                stderr=log,
                cwd=program.cwd,
                env={**os.environ, **program.env},
                start_new_session=True,
            )

    async def _ready(self, running: _Running) -> None:
        program = running.program
        if program.ready_url is None:
            return
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as client:
            for _ in range(int(program.ready_seconds * 10)):
                if running.process.returncode is not None:
                    raise ProcessError(f"{program.name} ended while starting:\n{self._end_of_log(program.name)}")
                if await _answers(client, program.ready_url):
                    return
                await asyncio.sleep(0.1)
        raise ProcessError(f"{program.name} was not ready after {program.ready_seconds:.0f} s; see {self._logs}")

    async def _keep_alive(self, running: _Running) -> None:
        for attempt in range(MOST_RESTARTS):
            code = await running.process.wait()
            self._say(f"{running.program.name} ended with code {code}; starting it again")
            await asyncio.sleep(2**attempt / 2)
            running.process = await self._spawn(running.program)
        self._say(f"{running.program.name} keeps ending: left stopped after {MOST_RESTARTS} restarts")

    def _end_of_log(self, name: str) -> str:
        text = (self._logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-15:])


@asynccontextmanager
async def supervised(logs: Path, *, say: Callable[[str], None]) -> AsyncIterator[Supervisor]:
    """A supervisor whose processes all end with the block."""
    supervisor = Supervisor(logs, say=say)
    try:
        yield supervisor
    finally:
        await supervisor.stop_all()


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.HTTPError:
        return False


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        # Closing its input makes the leash kill what did not listen.
        if process.stdin:
            process.stdin.close()
        await process.wait()
