from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlu.errors import ModelFileError
from nlu.grams import GramReader
from nlu.intent_model import IntentModel, weigh
from nlu.learn import Settings, learn
from nlu.meaning import Meanings, encode
from nlu.words import Splitter

LINES = {
    "refund_status": ["where is my refund", "refund please", "我的退款", "退款到哪了", "no refund yet", "退款呢"],
    "greet": ["hello", "hi there", "你好", "您好呀", "good morning", "早上好"],
    "order_status": ["where is my order", "track my order", "我的订单", "查订单", "order 20418", "订单到哪了"],
}


def of(line: str) -> Callable[[], Meanings]:
    return lambda: encode([line])[0]


@pytest.fixture(scope="module")
def meanings() -> Meanings:
    return encode([line for lines in LINES.values() for line in lines])


@pytest.fixture(scope="module")
def rows(splitter: Splitter) -> list[Counter[str]]:
    reader = GramReader(splitter)
    return [reader.read(line) for lines in LINES.values() for line in lines]


@pytest.fixture(scope="module")
def labels() -> list[str]:
    return [intent for intent, lines in LINES.items() for _ in lines]


@pytest.fixture(scope="module")
def model(rows: list[Counter[str]], meanings: Meanings, labels: list[str]) -> IntentModel:
    return learn(rows, meanings, labels, Settings())


def test_model_ranks_the_intent_first(model: IntentModel, splitter: Splitter) -> None:
    reader = GramReader(splitter)
    for line, intent in (("what about my refund", "refund_status"), ("你好啊", "greet")):
        assert model.rank(reader.read(line), 1, of(line))[0].intent == intent


def test_words_nobody_taught_are_told_by_what_they_mean(model: IntentModel, splitter: Splitter) -> None:
    line = "bonjour"
    assert model.rank(GramReader(splitter).read(line), 1, of(line))[0].intent == "greet"


def test_who_is_sure_does_not_look_twice(model: IntentModel, rows: list[Counter[str]]) -> None:
    asked: list[str] = []

    def meant() -> Meanings:
        asked.append("meaning")
        return encode([""])[0]

    sure = replace(model, doubt=0.0).rank(rows[0], 1, meant)
    assert (sure[0].intent, asked) == ("refund_status", [])
    replace(model, doubt=1.0).rank(rows[0], 1, meant)
    assert asked == ["meaning"]


def test_same_rows_and_seed_give_the_same_model(
    model: IntentModel, rows: list[Counter[str]], meanings: Meanings, labels: list[str]
) -> None:
    again = learn(rows, meanings, labels, Settings())
    assert again.vocabulary == model.vocabulary
    assert (again.trust, again.doubt, again.threshold) == (model.trust, model.doubt, model.threshold)
    assert np.array_equal(again.linear.weights, model.linear.weights)
    assert np.array_equal(again.second.sense, model.second.sense)
    assert np.array_equal(again.network.inner, model.network.inner)


def test_saved_model_is_the_same_and_holds_no_pickle(
    model: IntentModel, rows: list[Counter[str]], tmp_path: Path
) -> None:
    model.save(tmp_path)
    loaded = IntentModel.load(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"intents.json", "intents.npz"}
    meant = of(next(iter(LINES["refund_status"])))
    for doubt in (0.0, 1.0):
        ranked, again = (replace(one, doubt=doubt).rank(rows[0], 3, meant) for one in (model, loaded))
        assert [entry.intent for entry in again] == [entry.intent for entry in ranked]
        assert again[0].confidence == pytest.approx(ranked[0].confidence, abs=1e-3)
    assert (loaded.doubt, loaded.second.trust) == (model.doubt, model.second.trust)
    with np.load(tmp_path / "intents.npz", allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays.files} == {"f"}


def test_pickled_array_is_refused(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    np.savez(tmp_path / "intents.npz", idf=np.array([object()]), weights=model.linear.weights, bias=model.linear.bias)
    with pytest.raises(ModelFileError, match="train the assistant again"):
        IntentModel.load(tmp_path)


def test_shapes_that_do_not_fit_are_refused(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    words = json.loads((tmp_path / "intents.json").read_text(encoding="utf-8"))
    words["grams"].pop()
    (tmp_path / "intents.json").write_text(json.dumps(words), encoding="utf-8")
    with pytest.raises(ModelFileError, match="not a model of format 3"):
        IntentModel.load(tmp_path)


def test_cut_short_file_is_refused(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    content = (tmp_path / "intents.npz").read_bytes()
    (tmp_path / "intents.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelFileError, match="unreadable"):
        IntentModel.load(tmp_path)


def test_unknown_grams_make_a_message_weigh_less(model: IntentModel) -> None:
    _, alone = weigh(Counter({"wrefund": 1}), model.vocabulary, model.idf)
    _, among_unknown = weigh(Counter({"wrefund": 1, "wzzz": 1}), model.vocabulary, model.idf)
    assert among_unknown[0] < alone[0]
