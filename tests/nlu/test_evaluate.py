from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlu.evaluate import evaluate, main
from nlu.hearing import Heard
from nlu.labelled import Labelled
from nlu.learn import OUT_OF_SCOPE

KEYS = [
    *("accuracy", "macro_f1", "in_scope_accuracy", "oos_recall", "entity_f1"),
    *("per_intent", "parse_ms_p50", "parse_ms_p95", "train_seconds"),
]
LINES = {
    "greet": ["hello", "hi there", "你好", "您好呀", "good morning", "早上好"],
    "order_status": ["where is my order", "track my order", "我的订单", "查订单", "follow my order", "订单到哪了"],
    "refund_status": ["where is my refund", "refund please", "我的退款", "退款到哪了", "no refund yet", "退款呢"],
}
WISHES = [f"{text},{intent}" for intent, texts in LINES.items() for text in texts]
# Nothing the lines above have a piece of: no intent is likely.
GIBBERISH = "vxqz 鼙"


def written(folder: Path, name: str, *rows: str, header: str = "text,intent") -> str:
    file = folder / name
    file.write_text("\n".join((header, *rows)), encoding="utf-8")
    return str(file)


def figures(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(arguments) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_keys_are_those_of_the_public_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = written(tmp_path, "train.csv", *WISHES)
    test = written(tmp_path, "test.csv", "hello there,greet", "我的退款呢,refund_status")
    found = figures(capsys, "--train", train, "--test", test)
    assert list(found) == KEYS
    assert found["accuracy"] == found["macro_f1"] == found["in_scope_accuracy"] == 1.0
    assert (found["oos_recall"], found["entity_f1"]) == (None, None)
    assert found["per_intent"]["greet"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1}
    assert 0 < found["parse_ms_p50"] <= found["parse_ms_p95"]
    assert found["train_seconds"] > 0


def test_without_out_of_scope_anywhere_every_guess_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = written(tmp_path, "train.csv", *WISHES)
    test = written(tmp_path, "test.csv", *(f"{GIBBERISH},{intent}" for intent in LINES))
    assert figures(capsys, "--train", train, "--test", test)["accuracy"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(("outside", "recall", "accuracy"), [(True, 1.0, 0.5), (False, 0.0, 1.0)])
def test_what_is_not_believed_is_out_of_scope_where_anything_may_be(
    outside: bool, recall: float, accuracy: float
) -> None:
    def hear(text: str) -> Heard:
        return Heard("greet", text == "hello", (), 0.4, 0.4)

    test = [Labelled("hello", "greet"), Labelled("hm", "greet"), Labelled("a poem", OUT_OF_SCOPE)]
    found = evaluate(test, hear, outside=outside)
    assert (found.oos_recall, found.in_scope_accuracy) == (recall, accuracy)


def test_threshold_decides_where_the_file_learned_from_knows_out_of_scope(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = ("write a poem", "讲个笑话", "solve x + 1", "今天天气", "股票会涨吗", "who won the game")
    train = written(tmp_path, "train.csv", *WISHES, *(f"{text},out_of_scope" for text in outside))
    test = written(tmp_path, "test.csv", *(f"{GIBBERISH},{intent}" for intent in LINES))
    assert figures(capsys, "--train", train, "--test", test)["accuracy"] == 0.0


def test_entities_are_learned_from_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    goods = ("falcon", "orion", "vega", "lyra", "draco") * 2
    named = [f'please book the {name} for me,order_status,"{{""starship"": ""{name}""}}"' for name in goods]
    header = "text,intent,entities"
    train = written(tmp_path, "train.csv", *(f"{row}," for row in WISHES), *named, header=header)
    row = 'please book the Cygnus for me,order_status,"{""starship"": ""cygnus""}"'
    assert (
        figures(capsys, "--train", train, "--test", written(tmp_path, "t.csv", row, header=header))["entity_f1"] == 1
    )


@pytest.mark.parametrize("bad", ["train", "test"])
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    files = {"train": written(tmp_path, "train.csv", *WISHES), "test": written(tmp_path, "test.csv", *WISHES)}
    written(tmp_path, f"{bad}.csv", "hello,greet", "bye,")
    assert main(["--train", files["train"], "--test", files["test"]]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"{files[bad]}:3: no intent for 'bye'\n")


@pytest.mark.parametrize("arguments", [[], ["--test", "a.csv"], ["--train", "a.csv"]])
def test_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
