"""Rasa's default pipeline as `rasa init` writes it, trained for our very bot: its domain, rules and lines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from bench.chat_sides import QUESTION
from bench.labelled_sets import LANGUAGES, training_lines
from bench.utterance import Utterance, drawn, write_training_data
from rapport.cli.assistant import LIGHT, PROJECT, ROOT, assistant_program, rasa
from rapport.cli.output import console
from rapport.cli.supervisor import Program
from rapport.settings import Settings

FOLDER = ROOT / "bench" / "default_pipeline"
NAME = "Rasa 3.6.21's default pipeline, REST channel, its SQL tracker store on SQLite"
# Of each intent and language, drawn with this seed. A parse takes as long after more, the training much longer.
LINES, SEED = 20, 7
TURNS_OF_A_STORY = 4
# What the peer's speed depends on; it is trained anew when one of these changes, not for every line.
MADE_FROM = (FOLDER / "config.yml", Path(__file__), PROJECT / "domain", PROJECT / "data" / "rules")


async def trained_peer(var_dir: Path) -> Path:
    """Its archive below VAR_DIR, trained where it is not there yet."""
    folder = ROOT / var_dir / "bench" / _fingerprint()[:16]
    trained = folder / "default.tar.gz"
    if not trained.exists():
        console.print("training Rasa's default pipeline, once: some minutes", style="dim")
        _write_data(folder / "data")
        files = ("--config", str(FOLDER / "config.yml"), "--domain", "domain", "--data", str(folder / "data"))
        await rasa("train", *files, "--out", str(folder), "--fixed-model-name", "default")
    return trained


def peer_program(settings: Settings, *, model: Path) -> Program:
    """The peer, served as Rasa's documentation has it, beside our own assistant."""
    program = assistant_program(settings, model=model, endpoints=FOLDER / "endpoints.yml")
    # TensorFlow is left to share its work out as it likes.
    env = {name: value for name, value in program.env.items() if name != "OMP_NUM_THREADS"}
    argv = tuple(word for word in program.argv if word != LIGHT)
    return replace(program, name="peer", argv=argv, env={**env, "RAPPORT_PEER_DB": str(settings.var_dir / "peer.db")})


def _write_data(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_training_data(folder / "nlu.yml", sample())
    rules = list(_entries(PROJECT / "data" / "rules", "rules"))
    content = {"version": "3.1", "rules": rules, "stories": list(stories(rules))}
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    (folder / "bot.yml").write_text(text, encoding="utf-8")


def sample() -> list[Utterance]:
    """What it learns from. The turn that is timed is among it: so few may not tell it, and speed is compared."""
    languages = (drawn(training_lines(language), per_intent=LINES, seed=SEED) for language in LANGUAGES)
    return [*chain.from_iterable(languages), Utterance(QUESTION, "recommend")]


def _entries(folder: Path, key: str) -> Iterator[Any]:
    for path in sorted(folder.rglob("*.yml")):
        yield from yaml.safe_load(path.read_text(encoding="utf-8")).get(key, ())


def stories(rules: Iterable[Any]) -> Iterator[Any]:
    """Our rules' answers strung together: what TED and UnexpecTED learn from, as `rasa init` and the documentation
    have it beside rules. Without stories both stay untrained and cost nothing, as no assistant of theirs would be."""
    answers = [rule["steps"] for rule in rules if [list(step) for step in rule["steps"]] == [["intent"], ["action"]]]
    # Each answer in two conversations, among others than before.
    twice = answers + answers[2:] + answers[:2]
    for first in range(0, len(twice), TURNS_OF_A_STORY):
        turns = twice[first : first + TURNS_OF_A_STORY]
        yield {"story": f"conversation from turn {first}", "steps": [step for turn in turns for step in turn]}


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in MADE_FROM:
        for file in [path] if path.is_file() else sorted(path.rglob("*.yml")):
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
