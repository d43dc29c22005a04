"""What rules may say is in docs/rules.md, and the schema, the code and the docs know the same words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rapport.marketing.conditions import KINDS
from rapport.marketing.program import EFFECTS
from rapport.marketing.rule_schema import FILE
from rapport.marketing.rules import read_rules
from rapport.marketing.spans import PATTERN
from rapport.marketing.vocabulary import CHANNELS, EVENTS, INTENTS, PURPOSES, SEGMENTS

DOCS = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
PARTS: dict[str, Any] = SCHEMA["$defs"]


def documented(section: str) -> list[str]:
    """The first word of each row's first cell, in the tables of a section."""
    text = DOCS.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([a-z]+)", text, re.MULTILINE)


def test_every_part_of_a_rule_is_documented() -> None:
    assert documented("The parts of a rule") == list(SCHEMA["properties"])


def test_every_condition_is_documented() -> None:
    assert documented("Conditions") == list(KINDS)


def test_every_effect_is_documented() -> None:
    assert sorted(documented("Effects")) == sorted(EFFECTS)


def test_the_schema_knows_the_conditions_and_effects_of_the_code() -> None:
    assert set(PARTS["condition"]["properties"]) == {*KINDS, "within"}
    assert {*PARTS["effect"]["properties"], "exit"} == set(EFFECTS)


@pytest.mark.parametrize(
    ("name", "words"),
    [("event", EVENTS), ("intent", INTENTS), ("segment", SEGMENTS), ("channel", CHANNELS)],
)
def test_the_schema_knows_the_words_of_the_code(name: str, words: tuple[str, ...]) -> None:
    assert PARTS[name]["enum"] == list(words)


def test_the_schema_knows_purposes_and_spans() -> None:
    assert (SCHEMA["properties"]["purpose"]["enum"], PARTS["span"]["pattern"]) == (list(PURPOSES), PATTERN)


def test_the_rule_in_the_docs_is_one() -> None:
    text = DOCS.split("```yaml\n")[1].split("```")[0]
    assert [rule.name for rule in read_rules(text.encode(), "docs")] == ["recommendation-follow-up"]
