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
    config = {"threshold": 0.5, "seed": 7}
    LeanIntentClassifier.create(config, storage, resource, CONTEXT).train(data)
    component = LeanIntentClassifier.load(config, storage, resource, CONTEXT)
    messages = component.process([Message({TEXT: "hello there"}), Message({TEXT: "qwxz"})])
    assert [message.get(INTENT)["name"] for message in messages] == ["greet", "nlu_fallback"]
    assert all(message.get("intent_ranking")[0] == message.get(INTENT) for message in messages)
