"""What the tests share: the word splitters, the shipped training data, and what was learned from all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nlu.examples import Example, read_examples
from nlu.folds import line
from nlu.hearing import Hear, trained_on
from nlu.words import Splitter

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def splitter() -> Splitter:
    return Splitter()


@pytest.fixture(scope="session")
def shipped() -> list[Example]:
    return read_examples(ROOT / "rasa" / "data" / "nlu")


@pytest.fixture(scope="session")
def hear(shipped: list[Example], splitter: Splitter) -> Iterator[Hear]:
    """What the assistant hears: intents, threshold and tagger learned once from every shipped line."""
    with trained_on([line(example) for example in shipped], splitter) as listening:
        yield listening
