"""The dialogue rules lead every intent to an ability that is there; the test stories play each in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from actions.abilities import ABILITIES
from rapport.marketing.vocabulary import INTENTS

HAN = re.compile(r"[\u4e00-\u9fff]")


def read(path: str) -> Any:
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def rules() -> dict[str, str]:
    found = [rule for path in Path("rasa/data/rules").glob("*.yml") for rule in read(str(path))["rules"]]
    return {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in found}


def test_every_intent_leads_to_an_ability() -> None:
    assert set(rules()) == {*INTENTS, "nlu_fallback"}
    assert set(rules().values()) <= {f"action_{ability.called}" for ability in ABILITIES}


def test_every_intent_is_played_in_both_languages() -> None:
    steps = [step for story in read("rasa/tests/test_stories.yml")["stories"] for step in story["steps"]]
    played = [(step["intent"], "zh" if HAN.search(step["user"]) else "en") for step in steps if "user" in step]
    assert {(intent, language) for intent in INTENTS for language in ("zh", "en")} - set(played) == set()


def test_the_stories_follow_the_rules() -> None:
    for story in read("rasa/tests/test_stories.yml")["stories"]:
        steps = story["steps"]
        for said, done in zip(steps[::2], steps[1::2], strict=True):
            assert done["action"] == rules()[said["intent"]], said
