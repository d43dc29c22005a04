"""No process outlives what started it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from rapport.cli.supervisor import ProcessError, Program, supervised

SERVER = """
import os
from http.server import HTTPServer, SimpleHTTPRequestHandler
open('pid', 'w').write(str(os.getpid()))
HTTPServer(('127.0.0.1', {port}), SimpleHTTPRequestHandler).serve_forever()
"""
FAMILY = """
import os, subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
open('pids.part', 'w').write(f'{os.getpid()} {grandchild.pid}')
os.rename('pids.part', 'pids')
time.sleep(600)
"""


def quiet(_: str) -> None:
    """Nobody listens to this supervisor."""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "zombie" not in Path(f"/proc/{pid}/status").read_text() if Path(f"/proc/{pid}").exists() else True


async def gone(pid: int) -> bool:
    for _ in range(200):
        if not alive(pid):
            return True
        await asyncio.sleep(0.1)
    return False


async def test_a_program_is_waited_for_and_ended(tmp_path: Path, free_port: int) -> None:
    argv = (
        sys.executable,
        "-c",
        f"import os; open('pid', 'w').write(str(os.getpid())); {SERVER.format(port=free_port)}",
    )
    program = Program("server", argv, cwd=tmp_path, ready_url=f"http://127.0.0.1:{free_port}/")
    async with supervised(tmp_path / "logs", say=quiet) as supervisor:
        await supervisor.start(program)
        pid = int((tmp_path / "pid").read_text())
        assert alive(pid)
    assert await gone(pid)


async def test_a_program_that_dies_at_once_tells_the_end_of_its_log(tmp_path: Path) -> None:
    program = Program(
        "broken", (sys.executable, "-c", "raise SystemExit('no such thing')"), ready_url="http://127.0.0.1:9/"
    )
    async with supervised(tmp_path, say=quiet) as supervisor:
        with pytest.raises(ProcessError, match="no such thing"):
            await supervisor.start(program)


async def test_a_program_that_falls_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    code = "import sys, pathlib; path = pathlib.Path('runs'); n = len(path.read_text()) if path.exists() else 0;"
    code += "path.write_text('x' * (n + 1)); import time; time.sleep(60 if n else 0); sys.exit(3)"
    async with supervised(tmp_path / "logs", say=said.append) as supervisor:
        await supervisor.start(Program("frail", (sys.executable, "-c", code), cwd=tmp_path))
        for _ in range(200):
            if (tmp_path / "runs").exists() and (tmp_path / "runs").read_text() == "xx":
                break
            await asyncio.sleep(0.1)
    assert said == ["frail ended with code 3; starting it again"]


async def test_killing_the_supervisor_leaves_no_orphan(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import asyncio, pathlib, sys
        from rapport.cli.supervisor import Program, supervised

        async def main():
            async with supervised(pathlib.Path('logs'), say=print) as supervisor:
                await supervisor.start(Program('child', (sys.executable, '-c', sys.argv[1])))
                await asyncio.sleep(600)

        asyncio.run(main())
    """)
    root = str(Path(__file__).parents[2])
    parent = subprocess.Popen(
        [sys.executable, "-c", script, FAMILY], cwd=tmp_path, env={**os.environ, "PYTHONPATH": root}
    )
    for _ in range(300):
        if (tmp_path / "pids").exists():
            break
        await asyncio.sleep(0.1)
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert [await gone(pid) for pid in pids] == [True, True]
