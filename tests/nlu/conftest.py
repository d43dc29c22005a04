"""What the tests share: the word splitters, the shipped training data, and what was learned from all of it."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from nlu.examples import Example, read_examples
from nlu.finder import EntityFinder
from nlu.grams import GramReader
from nlu.hearing import Hear, heard_by
from nlu.intent_model import IntentModel
from nlu.tagger import Tagger, tag_reader
from nlu.words import Splitter

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def splitter() -> Splitter:
    return Splitter()


@pytest.fixture(scope="session")
def shipped() -> list[Example]:
    return read_examples(ROOT / "rasa" / "data" / "nlu")


@pytest.fixture(scope="session")
def archive() -> Path:
    """The trained assistant."""
    file = Path(os.environ.get("RAPPORT_VAR_DIR", ROOT / "var")).resolve() / "assistant" / "assistant.tar.gz"
    if not file.exists():
        pytest.fail(f"no trained assistant at {file}; `make nlu-tests` trains it first")
    return file


@pytest.fixture(scope="session")
def hear(splitter: Splitter, archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Hear:
    """What the trained assistant hears, without Rasa around it and without any shop's catalogue."""
    folder = tmp_path_factory.mktemp("assistant")
    with tarfile.open(archive) as file:
        file.extractall(folder)  # noqa: S202  our own archive, just made
    intents, tagger = (next(folder.glob(f"components/*{name}*")) for name in ("IntentClassifier", "EntityExtractor"))
    finder = EntityFinder(tagger=Tagger.load(tagger, tag_reader(splitter)))
    return heard_by(IntentModel.load(intents), finder, GramReader(splitter))
