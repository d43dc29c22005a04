from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from nlu.errors import ModelFileError
from nlu.grams import GramReader
from nlu.intent_model import IntentModel
from nlu.learn import Settings, learn
from nlu.words import Splitter

LINES = {
    "refund_status": ["where is my refund", "refund please", "我的退款", "退款到哪了", "no refund yet", "退款呢"],
    "greet": ["hello", "hi there", "你好", "您好呀", "good morning", "早上好"],
    "order_status": ["where is my order", "track my order", "我的订单", "查订单", "order 20418", "订单到哪了"],
}


@pytest.fixture(scope="module")
def rows(splitter: Splitter) -> list[Counter[str]]:
    reader = GramReader(splitter)
    return [reader.read(line) for lines in LINES.values() for line in lines]


@pytest.fixture(scope="module")
def labels() -> list[str]:
    return [intent for intent, lines in LINES.items() for _ in lines]


@pytest.fixture(scope="module")
def model(rows: list[Counter[str]], labels: list[str]) -> IntentModel:
    return learn(rows, labels, Settings())


def test_model_ranks_the_intent_first(model: IntentModel, splitter: Splitter) -> None:
    reader = GramReader(splitter)
    assert model.rank(reader.read("what about my refund"), 1)[0].intent == "refund_status"
    assert model.rank(reader.read("你好啊"), 1)[0].intent == "greet"


def test_same_rows_and_seed_give_the_same_model(
    model: IntentModel, rows: list[Counter[str]], labels: list[str]
) -> None:
    again = learn(rows, labels, Settings())
    assert again.vocabulary == model.vocabulary
    assert again.slope == model.slope
    assert np.array_equal(again.weights, model.weights)


def test_saved_model_is_the_same_and_holds_no_pickle(
    model: IntentModel, rows: list[Counter[str]], tmp_path: Path
) -> None:
    model.save(tmp_path)
    loaded = IntentModel.load(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"intents.json", "intents.npz"}
    assert loaded.rank(rows[0], 3) == model.rank(rows[0], 3)
    with np.load(tmp_path / "intents.npz", allow_pickle=False) as arrays:
        assert [arrays[name].dtype.kind for name in sorted(arrays.files)] == ["f", "f", "f"]


def test_pickled_array_is_refused(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    np.savez(tmp_path / "intents.npz", idf=np.array([object()]), weights=model.weights, bias=model.bias)
    with pytest.raises(ModelFileError, match="train the assistant again"):
        IntentModel.load(tmp_path)


def test_shapes_that_do_not_fit_are_refused(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    words = json.loads((tmp_path / "intents.json").read_text(encoding="utf-8"))
    words["grams"].pop()
    (tmp_path / "intents.json").write_text(json.dumps(words), encoding="utf-8")
    with pytest.raises(ModelFileError, match="not a model of format 1"):
        IntentModel.load(tmp_path)


def test_cut_short_file_is_refused(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    content = (tmp_path / "intents.npz").read_bytes()
    (tmp_path / "intents.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelFileError, match="unreadable"):
        IntentModel.load(tmp_path)


def test_message_of_unknown_grams_is_unsure(model: IntentModel) -> None:
    assert model.rank(Counter({"wzzz": 1}), 1)[0].confidence < 0.5
