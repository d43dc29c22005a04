"""What the assistant's tests share: the word splitters and the shipped training data, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.examples import Example, read_examples
from nlu.words import Splitter

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def splitter() -> Splitter:
    return Splitter()


@pytest.fixture(scope="session")
def shipped() -> list[Example]:
    return read_examples(ROOT / "rasa" / "data" / "nlu")
