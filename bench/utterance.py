"""One labelled utterance, and the two kinds of file in which both sides are given the same ones."""

from __future__ import annotations

import csv
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Utterance:
    """`named` is (kind, start, end) of what is named, by characters of the text; empty where nothing is."""

    text: str
    intent: str
    named: tuple[tuple[str, int, int], ...] = ()

    def entities(self) -> dict[str, list[str]]:
        """What is named by its kind, as written."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for kind, start, end in self.named:
            found[kind].append(self.text[start:end])
        return dict(found)

    def annotated(self) -> str:
        """The line as Rasa's training data has it: `where is [10233](order_id)`."""
        line = self.text
        for kind, start, end in sorted(self.named, key=lambda one: -one[1]):
            line = f"{line[:start]}[{line[start:end]}]({kind}){line[end:]}"
        return " ".join(line.split())


def write_csv(file: Path, rows: Iterable[Utterance]) -> Path:
    """`text,intent,entities`, as `rapport evaluate intents` takes it; without the last where nothing is named."""
    listed = list(rows)
    columns = ["text", "intent", "entities"] if any(row.named for row in listed) else ["text", "intent"]
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(columns)
        for row in listed:
            written = json.dumps(row.entities(), ensure_ascii=False) if row.named else ""
            writer.writerow((row.text, row.intent, written)[: len(columns)])
    return file


def write_training_data(file: Path, rows: Iterable[Utterance]) -> Path:
    """Rasa's own YAML, entities included."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        lines[row.intent].append(f"- {row.annotated()}\n")
    blocks = [{"intent": intent, "examples": "".join(written)} for intent, written in lines.items()]
    text = yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True, sort_keys=False)
    file.write_text(text, encoding="utf-8")
    return file


def drawn(rows: Iterable[Utterance], *, per_intent: int, seed: int) -> list[Utterance]:
    """At most that many of each intent; the same rows and seed give the same draw."""
    of_intent: defaultdict[str, list[Utterance]] = defaultdict(list)
    for row in rows:
        of_intent[row.intent].append(row)
    draw = random.Random(seed)
    return [row for group in of_intent.values() for row in _some(group, per_intent, draw)]


def _some(rows: Sequence[Utterance], count: int, draw: random.Random) -> list[Utterance]:
    return draw.sample(rows, min(count, len(rows)))
