"""The Rasa assistant as a program of its own environment: trained when its sources have changed, and started."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from rapport.cli.served_archive import write_served
from rapport.cli.supervisor import Program
from rapport.settings import Settings

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "rasa"
PYTHON = PROJECT / ".venv" / "bin" / "python"
# What runs Rasa's modules without TensorFlow, which nothing we serve needs (docs/adr/0013).
LIGHT = "nlu.light"
SOURCES = ("config.yml", "requirements.lock", "domain", "data", "../nlu")


class AssistantError(Exception):
    """The assistant could not be trained."""


def archive(folder: Path) -> Path:
    """Where the trained assistant lies below VAR_DIR."""
    return folder / "assistant" / "assistant.tar.gz"


def fingerprint() -> str:
    """A hash over everything the assistant is trained from."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def is_current(folder: Path) -> bool:
    """Whether the archive below VAR_DIR was trained from the sources as they are now."""
    mark = archive(folder).with_name("fingerprint")
    return archive(folder).exists() and mark.exists() and mark.read_text() == fingerprint()


async def train_assistant(folder: Path) -> bool:
    """Trains the assistant into VAR_DIR if its sources have changed; False where there was nothing to do.

    The new archive replaces the old one in one step. Raises AssistantError with the end of Rasa's output.
    """
    if is_current(folder):
        return False
    before, target = fingerprint(), archive(folder)
    draft = target.with_name(f"draft-{os.getpid()}")
    command = ("train", "--domain", "domain", "--out", str(draft.resolve()), "--fixed-model-name", "assistant")
    await rasa(*command)
    trained, served = draft / "assistant.tar.gz", draft / "served.tar.gz"
    await asyncio.to_thread(write_served, trained, served)
    served.replace(target)
    trained.unlink()
    draft.rmdir()
    target.with_name("fingerprint").write_text(before)
    return True


def assistant_program(settings: Settings, *, model: Path, endpoints: Path = Path("endpoints.yml")) -> Program:
    """Rasa on loopback, with the action server and the catalogue of these settings."""
    host, port = settings.assistant_url.removeprefix("http://").split(":")
    place = ("--interface", host, "--port", port, "--endpoints", str(endpoints))
    server = ("run", "--model", str(model.resolve()), "--enable-api", *place)
    return Program(
        "assistant",
        (str(PYTHON), "-m", LIGHT, "rasa", *server),
        env=_environment(settings),
        cwd=PROJECT,
        ready_url=f"{settings.assistant_url}/status",
    )


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT),
        "RAPPORT_VAR_DIR": str(settings.var_dir.resolve()),
        "RAPPORT_ACTIONS_URL": settings.actions_url,
        # One message is too small to share out: the threads of a pool only spin, at five times the cost of a turn.
        "OMP_NUM_THREADS": "1",
        **QUIET,
    }


# Rasa frees its process of telemetry, GPU look-ups and the deprecation notes of its frozen dependencies.
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
}


def _sources() -> Iterator[Path]:
    for name in SOURCES:
        path = (PROJECT / name).resolve()
        files = [path] if path.is_file() else path.rglob("*.*")
        yield from sorted(file for file in files if file.is_file() and not _left_by_a_tool(file))


def _left_by_a_tool(file: Path) -> bool:
    """A linter's cache comes and goes: counted, it would have the assistant trained anew."""
    return any(part.startswith(".") or part == "__pycache__" for part in file.relative_to(ROOT).parts)


async def rasa(*arguments: str) -> None:
    """Runs a command of Rasa in its environment. Raises AssistantError with the end of its output."""
    environment = {"RAPPORT_ACTIONS_URL": "http://127.0.0.1:5055/webhook"}
    code, output, errors = await _run("rasa", *arguments, environment=environment)
    if code != 0:
        lines = (output + errors).splitlines()
        raise AssistantError(f"`rasa {arguments[0]}` failed:\n" + "\n".join(lines[-20:]))


async def measure_understanding(settings: Settings, *arguments: str) -> str:
    """What `nlu.evaluate` prints, one JSON object. Raises AssistantError with the last line of its complaint."""
    code, output, errors = await _run(LIGHT, "nlu.evaluate", *arguments, environment=_environment(settings))
    if code != 0:
        complaint = errors.strip().splitlines() or ["The assistant's environment gave no answer."]
        raise AssistantError(complaint[-1])
    return output.strip().splitlines()[-1]


async def _run(module: str, *arguments: str, environment: dict[str, str]) -> tuple[int, str, str]:
    """Exit code, output and errors of a module in the assistant's environment; it ends when this process does."""
    if not PYTHON.exists():
        raise AssistantError("The assistant's environment is missing; `make setup` installs it.")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(Path(__file__).with_name("leash.py")), str(PYTHON), "-m", module, *arguments),
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **QUIET, **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout  # noqa: S101  pipes were asked for
    assert process.stderr  # noqa: S101
    output, errors = await asyncio.gather(process.stdout.read(), process.stderr.read())
    return await process.wait(), output.decode(errors="replace"), errors.decode(errors="replace")
