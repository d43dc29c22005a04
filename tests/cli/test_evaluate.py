from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rapport.cli.main import app

runner = CliRunner()
KEYS = ["accuracy", "auc", "macro_f1"]


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAPPORT_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("RAPPORT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/rapport.db")
    return tmp_path


def written(folder: Path, *rows: str, name: str = "file.csv") -> str:
    file = folder / name
    file.write_text("\n".join(("text,label", *rows)), encoding="utf-8")
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
    assert "file.csv:3, column 'label': 'maybe' is no label." in " ".join(result.stderr.split())


def test_a_file_that_teaches_too_little_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "fine,1", "bad,0")
    result = runner.invoke(app, ["evaluate", "sentiment", "--train", file, "--test", file])
    assert result.exit_code == 2
    assert "cannot teach: only 1 content texts; at least 4 are needed" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    "arguments", [[], ["sentiment"], ["sentiment", "--test", "there-is-none.csv"], ["horoscope"]]
)
def test_wrong_usage(arguments: list[str]) -> None:
    assert runner.invoke(app, ["evaluate", *arguments]).exit_code == 2
