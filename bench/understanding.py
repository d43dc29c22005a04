"""How well utterances are understood, and at what cost: beside the literature, and beside Rasa's default pipeline.

Shares are printed in percent. Accuracy is measured by `nlu.evaluate`, which answers `rapport evaluate intents`
too; cost by training both pipelines with Rasa on the same lines and asking both about the same ones.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.contest import contest
from bench.labelled_sets import LANGUAGES, Split, asked_lines, bitext, clinc150, massive, training_lines
from bench.row import Row
from bench.utterance import Utterance, drawn, write_csv
from rapport.cli.assistant import ROOT, archive, measure_understanding, train_assistant
from rapport.cli.output import console
from rapport.settings import Settings

LITERATURE = "figures from the literature, not of this run"
LINEAR = "TF-IDF of words 1–2 and characters 2–5, linear"
DEFAULT = "Rasa 3.6.21's default pipeline (DIET, 100 epochs)"
GOAL = "no peer: the goal"
SETS = {
    "held_out": "by the author of the training lines, after them",
    "other_hands": "by a tester who knew none of the training lines: typos, slang, long stories",
    "strangers": "by another tester, who also wrote the everyday training lines of offers and small talk",
}
MACRO_F1, ENTITY_F1 = 0.88, 0.85
SEED = 7
# Of each intent, drawn with SEED: DIET takes some five minutes of processor time to learn from as many.
BITEXT_LINES, OWN_LINES = 20, 10


@dataclass(frozen=True, slots=True)
class Meter:
    """Measures of files that it writes into `folder` and deletes with it."""

    settings: Settings
    folder: Path

    def trained(self, train: Sequence[Utterance], test: Sequence[Utterance]) -> Any:
        """Of our components, trained on these rows alone."""
        return self._measured(test, "--train", str(write_csv(self.folder / "train.csv", train)))

    def shipped(self, test: Sequence[Utterance]) -> Any:
        """Of the assistant as Rasa serves it, trained on the shipped lines."""
        return self._measured(test, "--assistant", str(archive(self.settings.var_dir).resolve()))

    def _measured(self, test: Sequence[Utterance], *arguments: str) -> Any:
        file = write_csv(self.folder / "test.csv", test)
        return json.loads(asyncio.run(measure_understanding(self.settings, "--test", str(file), *arguments)))


def run(settings: Settings) -> Iterator[Row]:
    """Every measure; those of public sets where RAPPORT_PUBLIC_DATA names their folder, else a note."""
    asyncio.run(train_assistant(settings.var_dir))
    public = settings.public_data
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        meter = Meter(settings, Path(folder))
        yield from _own(meter)
        if public:
            yield from _public(meter, public)
    if not public:
        console.print("CLINC150, MASSIVE and Bitext are left out: RAPPORT_PUBLIC_DATA names no folder.", style="dim")
    yield from _contests(public, kept=ROOT / settings.var_dir / "bench")


def _own(meter: Meter) -> Iterator[Row]:
    for name, hand in SETS.items():
        for language in LANGUAGES:
            lines = asked_lines(name, language)
            measured = meter.shipped(lines)
            work = (
                f"{len(lines)} lines of rasa/tests/{name}/{language}, {hand}; the shipped assistant, which never "
                "learns from them, what it is not sure of counted as out of scope"
            )
            for what, goal in (("macro_f1", MACRO_F1), ("entity_f1", ENTITY_F1)):
                if measured[what] is not None:
                    yield _share(f"{name} {language}, {what}", measured[what], goal, GOAL, work)


def _public(meter: Meter, folder: Path) -> Iterator[Row]:
    yield from _clinc150(meter, clinc150(folder))
    sets = massive(folder)
    for language, test, reference in (("zh", sets.zh, 0.831), ("en", sets.en, 0.847)):
        share = meter.trained(sets.train, test)["accuracy"]
        work = (
            f"one model of both languages, {len(sets.train):,} rows of the training part; {len(test):,} rows asked. "
            "zh: the validation part. en: a seventh of the training part, kept apart by id with its Chinese twins"
        )
        yield _share(f"MASSIVE {language}, accuracy", share, reference, f"{LINEAR}, one bilingual model", work)
    split = bitext(folder)
    work = f"{len(split.train):,} rows learned, the {len(split.test)} of its development part asked; a saturated set"
    share = meter.trained(split.train, split.test)["accuracy"]
    yield _share("Bitext, accuracy", share, 0.99, GOAL, work)


def _clinc150(meter: Meter, split: Split) -> Iterator[Row]:
    measured = meter.trained(split.train, split.test)
    work = (
        f"{len(split.train):,} rows of train and oos_train learned, {len(split.test):,} of val and oos_val asked; "
        "both figures at the one threshold that the training chose"
    )
    references = {LINEAR: (0.924, 0.42), "Rasa, in the paper of the data": (0.915, 0.453)}
    for peer, (in_scope, outside) in references.items():
        yield _share("CLINC150, in-scope accuracy", measured["in_scope_accuracy"], in_scope, peer, work)
        yield _share("CLINC150, out-of-scope recall", measured["oos_recall"], outside, peer, work)


def _share(name: str, ours: float, reference: float, peer: str, work: str) -> Row:
    return Row(name, "%", ours * 100, reference * 100, peer, LITERATURE if peer != GOAL else "", work)


def _contests(public: Path | None, *, kept: Path) -> Iterator[Row]:
    asked = [row for name in SETS for row in asked_lines(name, "zh")]
    own = Split(drawn(training_lines("zh"), per_intent=OWN_LINES, seed=SEED), asked)
    yield from _contest("own zh", own, "JiebaTokenizer", kept=kept)
    if public:
        whole = bitext(public)
        split = Split(drawn(whole.train, per_intent=BITEXT_LINES, seed=SEED), whole.test)
        yield from _contest("Bitext", split, "WhitespaceTokenizer", kept=kept)


def _contest(name: str, split: Split, tokenizer: str, *, kept: Path) -> Iterator[Row]:
    ours, peer = contest(split, peer_tokenizer=tokenizer, kept=kept)
    work = (
        f"`rasa train nlu` on {len(split.train):,} lines drawn with a seed, so few that DIET needs no more than some "
        f"five processor minutes for them; {len(split.test)} others asked in a process of Rasa's own Python, the "
        "likeliest intent before any fallback. Ours: rasa/config.yml. The peer: as `rasa init` writes it, with "
        f"{tokenizer}; its model is kept from run to run with what the training cost"
    )

    def row(what: str, unit: str, of_ours: float, of_peer: float, more_is_better: bool = False) -> Row:
        return Row(f"{name}, {what}", unit, of_ours, of_peer, DEFAULT, "rasa 3.6.21", work, more_is_better)

    yield row("accuracy", "%", ours.accuracy * 100, peer.accuracy * 100, True)
    yield row("training, user + system", "s", ours.cpu_seconds, peer.cpu_seconds)
    yield row("parse, p50", "ms", ours.parse_ms, peer.parse_ms)
    yield row("resident after parsing", "MB", ours.resident_mb, peer.resident_mb)
