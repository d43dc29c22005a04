from __future__ import annotations

import pytest

from models.lexicon import FOLDER, Lexicon
from models.tokens import SIMPLIFIED

LEXICON = Lexicon(["# a comment, awful", "+ good, 快, no complaint*, 好", "- disappoint*, no, 不好"])


@pytest.mark.parametrize(
    ("tokens", "found"),
    [
        (["good"], [(0, 1, "+")]),
        (["goodness"], []),
        (["disappointing", "good"], [(0, 1, "-"), (1, 2, "+")]),
        (["no", "complaints"], [(0, 2, "+")]),
        (["no", "compliments"], [(0, 1, "-")]),
        (["快递", "快"], [(1, 2, "+")]),
        (["不", "好"], [(0, 2, "-")]),
        (["awful"], []),
        ([], []),
    ],
)
def test_the_longest_entry_counts_and_begins_and_ends_with_a_token(
    tokens: list[str], found: list[tuple[int, int, str]]
) -> None:
    assert list(LEXICON.find(tokens)) == found


def entries(sign: str, language: str) -> list[str]:
    lines = (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    return [entry.strip() for line in lines if line.startswith(sign) for entry in line[1:].split(",")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_entry_is_glad_and_sorry_at_once(language: str) -> None:
    assert set(entries("+", language)) & set(entries("-", language)) == set()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_entry_is_blank_or_traditional(language: str) -> None:
    every = entries("+", language) + entries("-", language)
    assert [entry for entry in every if not entry.strip("* ")] == []
    assert [entry for entry in every if entry.translate(SIMPLIFIED) != entry] == []
