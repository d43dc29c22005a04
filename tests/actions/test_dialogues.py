"""Whole conversations that point at what was shown, on a shop with the demo's catalogue: the right product is found.

`shows` are the SKUs on the cards or in the table of the last answer, in any order; `leads_with` those that come
first; `asks` those offered as buttons where it cannot be told which one is meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from rapport.settings import Settings
from rapport.store.database import Database
from tests.actions.conftest import actions
from tests.actions.demo_shop import fill_shelves, open_conversation
from tests.actions.rasa_calls import Rasa, Reply, actions_by_intent

FOLDER = Path(__file__).parent / "dialogues"
FILES = ("zh", "en", "mixed", "long", "held_out")
RIGHT = 0.9
HAN = re.compile(r"[\u4e00-\u9fff]")


def dialogues(file: str) -> list[dict[str, Any]]:
    """Those kept apart are two files: some were written after the first hundred passed."""
    paths = sorted(FOLDER.glob("held_out*.yml")) if file == "held_out" else [FOLDER / f"{file}.yml"]
    return [dialogue for path in paths for dialogue in yaml.safe_load(path.read_text(encoding="utf-8"))]


def is_right(dialogue: dict[str, list[str]], reply: Reply) -> bool:
    if "asks" in dialogue:
        return dialogue["asks"] == [json.loads(payload[payload.find("{") :])["product"] for payload in reply.payloads]
    if "leads_with" in dialogue:
        return reply.skus[: len(dialogue["leads_with"])] == dialogue["leads_with"]
    return sorted(reply.skus) == sorted(dialogue["shows"])


@pytest.fixture
async def shop_door(
    database: Database, settings: Settings, free_port: int, now: datetime
) -> AsyncIterator[httpx.AsyncClient]:
    await fill_shelves(database)
    async with actions(settings, free_port, now) as http:
        yield http


async def play(http: httpx.AsyncClient, dialogue: dict[str, Any], by: str) -> Reply:
    rasa, by_intent = Rasa(http), actions_by_intent()
    for turn in dialogue["turns"]:
        intent, entities = turn["intent"], turn.get("entities", ())
        reply = await rasa.asks(by_intent[intent], turn["say"], intent=intent, by=by, entities=entities)
    return reply


def test_there_are_enough_dialogues_in_each_language() -> None:
    said = [dialogue["turns"][0]["say"] for file in FILES for dialogue in dialogues(file)]
    chinese = sum(bool(HAN.search(text)) for text in said)
    assert min(chinese, len(said) - chinese) >= 30
    assert len(dialogues("held_out")) >= len(said) // 5


@pytest.mark.parametrize("file", FILES)
async def test_the_right_product_is_found(
    shop_door: httpx.AsyncClient,
    database: Database,
    now: datetime,
    file: str,
    record_property: Callable[[str, object], None],
) -> None:
    wrong = []
    for number, dialogue in enumerate(dialogues(file)):
        language = "zh" if HAN.search(dialogue["turns"][0]["say"]) else "en"
        await open_conversation(database, f"{number:032x}", language=language, now=now)
        reply = await play(shop_door, dialogue, f"{number:032x}")
        if not is_right(dialogue, reply):
            wrong.append(([turn["say"] for turn in dialogue["turns"]], reply.texts, reply.skus))
    rate = 1 - len(wrong) / len(dialogues(file))
    record_property(f"right product, {file}", f"{rate:.3f} of {len(dialogues(file))}")
    assert rate >= RIGHT, f"{rate:.3f} of {len(dialogues(file))}: {wrong}"
