"""The labelled utterances that understanding is measured on: public ones, and the shop's own."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.utterance import Utterance
from nlu.annotations import read_annotations
from rapport.cli.assistant import PROJECT

OUT_OF_SCOPE = "out_of_scope"
LANGUAGES = ("en", "zh")
APART = 7  # every seventh id


@dataclass(frozen=True, slots=True)
class Split:
    """What is learned from, and what is asked about."""

    train: list[Utterance]
    test: list[Utterance]


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One training part of two languages, and a test of each."""

    train: list[Utterance]
    zh: list[Utterance]
    en: list[Utterance]


def clinc150(folder: Path) -> Split:
    """Trained on `train` and `oos_train`, asked about `val` and `oos_val`."""
    parts = json.loads((folder / "clinc150" / "train_val.json").read_text(encoding="utf-8"))

    def rows(*names: str) -> list[Utterance]:
        return [Utterance(text, _scope(intent)) for name in names for text, intent in parts[name]]

    return Split(rows("train", "oos_train"), rows("val", "oos_val"))


def _scope(intent: str) -> str:
    return OUT_OF_SCOPE if intent == "oos" else intent


def massive(folder: Path) -> Bilingual:
    """Chinese is asked by its validation part. English has none here: a seventh of its training part, by id, is kept
    apart, and the Chinese lines of these ids with it, for they say the same."""
    both = list(_csv(folder / "massive" / "amazon_massive_intent_zh_en.csv"))
    chinese = _csv(folder / "massive" / "amazon_massive_intent_zh-CN_validation.csv")
    train = [row for row in both if row["lang"] in ("en", "zh-CN") and not is_apart(row["id"])]
    english = [row for row in both if row["lang"] == "en" and is_apart(row["id"])]
    return Bilingual(*([_of_massive(row) for row in rows] for rows in (train, chinese, english)))


def is_apart(number: str) -> bool:
    """Whether the lines of this id are asked about, in whatever language, and never learned from."""
    return int(number) % APART == 0


def _of_massive(row: dict[str, str]) -> Utterance:
    return Utterance(row["text"], row["label_text"])


def bitext(folder: Path) -> Split:
    """Its training and its development part, entities included."""
    train, dev = ([_of_bitext(row) for row in _csv(folder / "bitext" / f"{part}.csv")] for part in ("train", "dev"))
    return Split(train, dev)


def _of_bitext(row: dict[str, str]) -> Utterance:
    kind, text, intent = row["entity_type"], row["utterance"], row["intent"]
    return Utterance(text, intent, ((kind, int(row["start_offset"]), int(row["end_offset"])),) if kind else ())


def training_lines(language: str) -> list[Utterance]:
    """Those the shipped assistant learns from."""
    return _lines(PROJECT / "data" / "nlu" / language)


def asked_lines(name: str, language: str) -> list[Utterance]:
    """Those of one of the sets it never learns from."""
    return _lines(PROJECT / "tests" / name / language)


def _lines(folder: Path) -> list[Utterance]:
    return [row for path in sorted(folder.rglob("*.yml")) for block in _blocks(path) for row in _of_block(block)]


def _blocks(path: Path) -> list[Any]:
    return list(yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", ()))


def _of_block(block: Any) -> Iterator[Utterance]:
    for line in str(block["examples"]).splitlines():
        text, spans = read_annotations(line.removeprefix("- ").strip())
        yield Utterance(text, block["intent"], tuple((span.kind, span.start, span.end) for span in spans))


def _csv(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)
