from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.catalogue import Catalogue
from nlu.extractor import ShopEntityExtractor


def extract(folder: Path, text: str) -> list[dict[str, Any]]:
    message = Message({TEXT: text})
    ShopEntityExtractor(Catalogue(folder / "catalogue.json")).process([message])
    found: list[dict[str, Any]] = message.get(ENTITIES)
    return found


def test_spans_are_as_written_and_the_bound_is_the_role(tmp_path: Path) -> None:
    assert extract(tmp_path, "２００元以内") == [
        {
            "entity": "budget",
            "start": 0,
            "end": 3,
            "value": 200,
            "role": "at_most",
            "extractor": "ShopEntityExtractor",
        }
    ]


def test_order_number_keeps_its_capitals_and_loses_its_hash(tmp_path: Path) -> None:
    found = extract(tmp_path, "order #AB1029")
    assert [(entity["entity"], entity["value"], entity["start"], entity["end"]) for entity in found] == [
        ("order_id", "AB1029", 7, 13)
    ]


def test_product_name_goes_before_what_its_letters_look_like(tmp_path: Path) -> None:
    content = {"products": [{"sku": "X-1", "names": {"en": "Lamp 30000"}}], "categories": {}}
    (tmp_path / "catalogue.json").write_text(json.dumps(content), encoding="utf-8")
    assert [(entity["entity"], entity["value"]) for entity in extract(tmp_path, "the lamp 30000 please")] == [
        ("product", "X-1")
    ]
