from __future__ import annotations

from pathlib import Path

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.classifier import LeanIntentClassifier
from nlu.examples import Example

CONTEXT = ExecutionContext(GraphSchema({}))


def test_component_trains_stores_and_falls_back(tmp_path: Path, shipped: list[Example]) -> None:
    chosen = [example for example in shipped if example.intent in {"greet", "refund_status", "product_search"}]
    data = TrainingData([Message({TEXT: example.text, INTENT: example.intent}) for example in chosen])
    storage, resource = LocalModelStorage(tmp_path), Resource("intents")
    LeanIntentClassifier.create({"seed": 7}, storage, resource, CONTEXT).train(data)
    rankings = {}
    for threshold in (0.0, 1.1):
        component = LeanIntentClassifier.load({"threshold": threshold}, storage, resource, CONTEXT)
        message = component.process([Message({TEXT: "hello there"})])[0]
        rankings[threshold] = [ranked["name"] for ranked in message.get("intent_ranking")]
        assert message.get(INTENT)["name"] == rankings[threshold][0]
    assert rankings[0.0][0] == "greet"
    assert rankings[1.1] == ["nlu_fallback", *rankings[0.0]]
