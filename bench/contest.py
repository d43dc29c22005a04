"""Two pipelines of Rasa, trained by Rasa on the same lines and asked about the same ones."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.labelled_sets import Split
from bench.utterance import write_training_data
from rapport.cli.assistant import LIGHT, PROJECT, PYTHON, QUIET, ROOT
from rapport.cli.output import console
from rapport.cli.served_archive import write_served

OURS = PROJECT / "config.yml"
DEFAULT = ROOT / "bench" / "default_pipeline" / "config.yml"
LEASH = ROOT / "rapport" / "cli" / "leash.py"
PARSER = "bench.parse_times"
# Rasa refuses a tokenizer beside another language than its own.
LANGUAGE_OF = {"WhitespaceTokenizer": "en", "JiebaTokenizer": "zh"}
# A busy moment of the machine meets a whole process: each side is asked twice, in turns, and its better one counts.
ROUNDS = 2


class ContestError(Exception):
    """One of the sides could not be trained or asked."""


@dataclass(frozen=True, slots=True)
class Trained:
    """The model, the processor seconds (user and system) that its training took, and what it is run by."""

    archive: Path
    cpu_seconds: float
    runner: tuple[str, ...] = ("-m",)


@dataclass(frozen=True, slots=True)
class Result:
    """`accuracy` is a share; times and memory as their names say."""

    accuracy: float
    cpu_seconds: float
    parse_ms: float
    resident_mb: float


def contest(split: Split, *, peer_tokenizer: str, kept: Path) -> tuple[Result, Result]:
    """Ours and Rasa's default pipeline. The peer is kept below `kept` and trained once for these lines."""
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as name:
        folder = Path(name)
        lines = write_training_data(folder / "nlu.yml", split.train)
        default = _pipeline(DEFAULT, folder / "default.yml", tokenizer=peer_tokenizer)
        sides = (
            _as_shipped(_trained(_pipeline(OURS, folder / "ours.yml"), lines, folder / "ours")),
            _kept_or_trained(default, lines, kept),
        )
        asked = [[_asked(side, split, folder) for side in sides] for _ in range(ROUNDS)]
    ours, peer = (_result(side, rounds, split) for side, rounds in zip(sides, zip(*asked, strict=True), strict=True))
    return ours, peer


def accuracy(wanted: Sequence[str], taken: Sequence[str]) -> float:
    """The share that was taken for what it was."""
    return sum(one == other for one, other in zip(wanted, taken, strict=True)) / len(wanted)


def pipeline(text: str, *, tokenizer: str | None = None) -> dict[str, Any]:
    """What a configuration says about understanding; with another tokenizer where one is named."""
    config = yaml.safe_load(text)
    said = {key: config[key] for key in ("recipe", "assistant_id", "language", "pipeline")}
    if tokenizer:
        others = [step for step in said["pipeline"] if step["name"] != "WhitespaceTokenizer"]
        said |= {"language": LANGUAGE_OF[tokenizer], "pipeline": [{"name": tokenizer}, *others]}
    return said


def _pipeline(source: Path, file: Path, *, tokenizer: str | None = None) -> Path:
    written = pipeline(source.read_text(encoding="utf-8"), tokenizer=tokenizer)
    file.write_text(yaml.safe_dump(written, sort_keys=False), encoding="utf-8")
    return file


def _kept_or_trained(config: Path, lines: Path, kept: Path) -> Trained:
    digest = hashlib.sha256(config.read_bytes() + lines.read_bytes() + (PROJECT / "requirements.lock").read_bytes())
    folder = kept.resolve() / digest.hexdigest()[:16]
    cost = folder / "cpu_seconds.json"
    if cost.exists():
        return Trained(folder / "model.tar.gz", json.loads(cost.read_text()))
    console.print("training Rasa's default pipeline, once: some minutes", style="dim")
    trained = _trained(config, lines, folder)
    cost.write_text(json.dumps(trained.cpu_seconds))
    return trained


def _trained(config: Path, lines: Path, folder: Path) -> Trained:
    # In a cache of its own: what Rasa remembers of an earlier training would cost nothing and say nothing.
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as cache:
        files = ("--config", str(config), "--nlu", str(lines), "--out", str(folder), "--fixed-model-name", "model")
        _, seconds = _run("-m", "rasa", "train", "nlu", *files, RASA_CACHE_DIRECTORY=cache)
    return Trained(folder / "model.tar.gz", seconds)


def _as_shipped(trained: Trained) -> Trained:
    served = trained.archive.with_name("served.tar.gz")
    write_served(trained.archive, served)
    return Trained(served, trained.cpu_seconds, ("-m", LIGHT))


def _asked(side: Trained, split: Split, folder: Path) -> Any:
    texts = folder / "texts.json"
    texts.write_text(json.dumps([row.text for row in split.test], ensure_ascii=False), encoding="utf-8")
    output, _ = _run(*side.runner, PARSER, str(side.archive), str(texts), RAPPORT_VAR_DIR=str(folder))
    return json.loads(output.strip().splitlines()[-1])


def _result(side: Trained, rounds: Sequence[Any], split: Split) -> Result:
    best = min(rounds, key=lambda one: float(one["parse_ms"]))
    right = accuracy([row.intent for row in split.test], best["intents"])
    return Result(right, side.cpu_seconds, best["parse_ms"], best["resident_mb"])


def _run(*arguments: str, **environment: str) -> tuple[str, float]:
    """Output and processor seconds of Rasa's Python, all it started included. Raises ContestError with its end."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **QUIET, **environment}
    command = (sys.executable, str(LEASH), str(PYTHON), *arguments)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, cwd=PROJECT, env=env, stdin=subprocess.PIPE, stdout=output, stderr=errors)
        # Of this child alone: RUSAGE_CHILDREN would add up every child there ever was.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.stdin:
            process.stdin.close()
        for file in (output, errors):
            file.seek(0)
        if process.returncode != 0:
            raise ContestError("\n".join((output.read() + errors.read()).splitlines()[-20:]))
        return output.read(), used.ru_utime + used.ru_stime
