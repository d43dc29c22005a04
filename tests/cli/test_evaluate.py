from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rapport.cli.main import app

runner = CliRunner()
KEYS = ["accuracy", "auc", "macro_f1"]
INTENT_KEYS = [
    *("accuracy", "macro_f1", "in_scope_accuracy", "oos_recall", "entity_f1"),
    *("per_intent", "parse_ms_p50", "parse_ms_p95", "train_seconds"),
]


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAPPORT_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("RAPPORT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/rapport.db")
    return tmp_path


def written(folder: Path, *rows: str, name: str = "file.csv", header: str = "text,label") -> str:
    file = folder / name
    file.write_text("\n".join((header, *rows)), encoding="utf-8")
    return str(file)


def test_without_a_file_to_learn_from_our_own_model_answers(tmp_path: Path) -> None:
    test = written(tmp_path, "太喜欢了，谢谢,1", "wonderful quality,1", "太差了，退钱,0", "terrible and broken,0")
    result = runner.invoke(app, ["evaluate", "sentiment", "--test", test, "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == dict.fromkeys(KEYS, 1.0)
    # Nothing was left behind.
    assert not (tmp_path / "var").exists()


def test_the_model_that_serves_answers(tmp_path: Path) -> None:
    assert runner.invoke(app, ["train", "sentiment"]).exit_code == 0
    test = written(tmp_path, "太喜欢了，谢谢,1", "terrible and broken,0")
    result = runner.invoke(app, ["evaluate", "sentiment", "--test", test, "--json"])
    assert json.loads(result.stdout)["auc"] == 1.0


def test_a_file_of_ones_own_is_learned_from(tmp_path: Path) -> None:
    # The opposite of what our own model would say.
    train = written(tmp_path, *["good,0", "bad,1"] * 6, name="train.csv")
    test = written(tmp_path, "good,0", "bad,1")
    result = runner.invoke(app, ["evaluate", "sentiment", "--train", train, "--test", test, "--json"])
    assert list(json.loads(result.stdout)) == KEYS
    assert json.loads(result.stdout)["auc"] == 1.0


def test_figures_are_shown_to_people(tmp_path: Path) -> None:
    train = written(tmp_path, *["good,1", "bad,0"] * 6, name="train.csv")
    result = runner.invoke(app, ["evaluate", "sentiment", "--train", train, "--test", train])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "macro_f1  1.000" in result.stderr


def test_a_bad_file_is_refused_with_line_and_reason(tmp_path: Path) -> None:
    test = written(tmp_path, "fine,1", "so so,maybe")
    result = runner.invoke(app, ["evaluate", "sentiment", "--test", test, "--json"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{test}:3, column 'label': 'maybe' is no label." in result.stderr


def test_a_file_that_teaches_too_little_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "fine,1", "bad,0")
    result = runner.invoke(app, ["evaluate", "sentiment", "--train", file, "--test", file])
    assert result.exit_code == 2
    assert "cannot teach: only 1 content texts; at least 4 are needed" in " ".join(result.stderr.split())


def test_intents_are_learned_from_one_file_and_measured_on_another(tmp_path: Path) -> None:
    lines = {
        "greet": ["hello", "hi there", "你好", "早上好"],
        "order_status": ["my order", "track it", "订单呢", "查订单"],
    }
    rows = [f"{text},{intent}" for intent, texts in lines.items() for text in texts]
    train = written(tmp_path, *rows, header="text,intent", name="train.csv")
    test = written(
        tmp_path,
        'hello there,greet,""',
        '查订单#10233,order_status,"{""order_id"": ""10233""}"',
        header="text,intent,entities",
    )
    result = runner.invoke(app, ["evaluate", "intents", "--train", train, "--test", test, "--json"])
    assert result.exit_code == 0, result.stderr
    figures = json.loads(result.stdout)
    assert list(figures) == INTENT_KEYS
    assert (figures["accuracy"], figures["entity_f1"], figures["oos_recall"]) == (1.0, 1.0, None)
    # Nothing was left behind.
    assert not (tmp_path / "var").exists()


def test_a_bad_file_of_intents_is_refused_with_line_and_reason(tmp_path: Path) -> None:
    good = written(tmp_path, "hello,greet", header="text,intent", name="good.csv")
    bad = written(tmp_path, "hello,greet", "bye,", header="text,intent", name="bad.csv")
    result = runner.invoke(app, ["evaluate", "intents", "--train", bad, "--test", good, "--json"])
    assert (result.exit_code, result.stdout) == (2, "")
    # The console breaks long lines, also within a path.
    assert "bad.csv:3: no intent for 'bye'" in result.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["sentiment"], ["sentiment", "--test", "there-is-none.csv"], ["horoscope"], ["intents"]]
)
def test_wrong_usage(arguments: list[str]) -> None:
    assert runner.invoke(app, ["evaluate", *arguments]).exit_code == 2
