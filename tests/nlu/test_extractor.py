from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.catalogue import Catalogue
from nlu.examples import Example
from nlu.extractor import ShopEntityExtractor
from nlu.finder import EntityFinder

CONTEXT = ExecutionContext(GraphSchema({}))


def extract(folder: Path, text: str) -> list[dict[str, Any]]:
    message = Message({TEXT: text})
    finder = EntityFinder(Catalogue(folder / "catalogue.json"))
    ShopEntityExtractor(LocalModelStorage(folder), Resource("entities"), finder).process([message])
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


def test_trained_component_names_goods_no_catalogue_knows(tmp_path: Path, shipped: list[Example]) -> None:
    """What it finds in one message it finds again after it was stored and loaded."""
    storage, resource = LocalModelStorage(tmp_path), Resource("entities")
    lines = [example for example in shipped if example.intent in {"product_search", "price_query"}]
    data = TrainingData([_annotated(example) for example in lines])
    ShopEntityExtractor.create({}, storage, resource, CONTEXT).train(data)
    component = ShopEntityExtractor.load({}, storage, resource, CONTEXT)
    message = Message({TEXT: "how much is the Walnut bookshelf"})
    component.process([message])
    found = [(one["entity"], one["value"], one.get("known", True)) for one in message.get(ENTITIES)]
    assert found == [("product", "Walnut bookshelf", False)]


def _annotated(example: Example) -> Message:
    entities = [{"entity": span.kind, "start": span.start, "end": span.end} for span in example.spans]
    return Message({TEXT: example.text, "intent": example.intent, ENTITIES: entities})
