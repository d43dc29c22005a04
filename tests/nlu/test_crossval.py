from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT

from nlu.crossval import main
from nlu.examples import Example, read_examples
from nlu.folds import asked
from nlu.hearing import Hear
from nlu.report import Report, report

LINES = {
    "greet": ["hello", "hi there", "good morning", "hey you", "hello again", "good evening"],
    "order_status": [
        "where is my order",
        "track my order",
        "my order please",
        "order news",
        "any order yet",
        "order",
    ],
    "out_of_scope": ["write a poem", "who won", "solve x + 1", "tell a joke", "sing me a song", "is it raining"],
}


def folder_of(path: Path, language: str = "en") -> str:
    blocks = [f"- intent: {intent}\n  examples: |\n" + listed(lines) for intent, lines in LINES.items()]
    (path / language).mkdir(parents=True)
    (path / language / "some.yml").write_text("nlu:\n" + "".join(blocks), encoding="utf-8")
    return str(path)


def listed(lines: list[str]) -> str:
    return "".join(f"    - {line}\n" for line in lines)


def understood(hear: Hear, shipped: list[Example], name: str) -> Report:
    test = read_examples(ROOT / "rasa" / "tests" / name)
    assert {example.text for example in test} & {example.text for example in shipped} == set()
    return report(list(asked(hear, test)), 0.0)


def test_command_prints_json_and_says_on_stderr_how_far_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "confusions.png"
    arguments = ["--json", "--folds", "2", "--picture", str(picture), folder_of(tmp_path / "data")]
    assert main(arguments) == 0
    said = capsys.readouterr()
    result = json.loads(said.out)
    assert set(result) == {"figures", "weakest", "confused", "parse_ms_p50", "seconds"}
    assert result["figures"]["all"]["utterances"] == 18
    assert said.err.splitlines()[-1] == "fold 2 of 2: asking about 9 others …"
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_command_asks_about_a_folder_that_is_not_learned_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--test", folder_of(tmp_path / "test", "zh"), folder_of(tmp_path / "data")]) == 0
    assert capsys.readouterr().out.startswith("all: 18 utterances\n")


def test_a_missing_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 1
    assert "no training files" in capsys.readouterr().err


@pytest.mark.parametrize("folds", ["1", "few"])
def test_wrong_usage(folds: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--folds", folds])
    assert left.value.code == 2


@pytest.mark.parametrize(
    ("name", "english", "chinese"), [("held_out", 0.95, 0.95), ("other_hands", 0.85, 0.88), ("strangers", 0.92, 0.92)]
)
def test_utterances_never_trained_on_are_understood(
    hear: Hear, shipped: list[Example], name: str, english: float, chinese: float
) -> None:
    figures = understood(hear, shipped, name).figures
    assert figures["en"].macro_f1 >= english
    assert figures["zh"].macro_f1 >= chinese
