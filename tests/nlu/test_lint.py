from __future__ import annotations

from pathlib import Path

import pytest

from nlu.annotations import read_annotations
from nlu.doubts import doubtful
from nlu.examples import Example, read_examples
from nlu.folds import Guess
from nlu.hearing import Heard
from nlu.lint import findings, key, main


def example(text: str, intent: str, line: int = 1) -> Example:
    plain, spans = read_annotations(text)
    return Example(plain, intent, "en", Path("a.yml"), line, spans)


def write(folder: Path, language: str, *lines: str) -> Path:
    file = folder / language / "some.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("version: '3.1'\nnlu:\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_same_line_in_two_intents_is_found_with_both_places(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "en",
        *("  - intent: thank", "    examples: |", "      - Thanks!"),
        *("  - intent: praise", "    examples: |", "      - nice", "      - thanks"),
    )
    assert next(findings(read_examples(tmp_path))) == (
        f"{file}:9: 'thanks' stands in {file}:5 already thank, here praise: keep one"
    )


def test_too_few_utterances_are_found_per_language(tmp_path: Path) -> None:
    file = write(tmp_path, "zh", "  - intent: greet", "    examples: |", "      - 你好")
    assert list(findings(read_examples(tmp_path))) == [
        f"{file}:5: greet has 0 utterances in en, 80 are needed",
        f"{file}:5: greet has 1 utterances in zh, 80 are needed",
    ]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (("  - intent: greet", "    examples: |", "      hello"), "some.yml:5: an example begins with `- `"),
        (("  - intent: greet",), "some.yml:3: `examples:` is missing"),
        (("  - intent: [", ""), "some.yml: not YAML"),
    ],
)
def test_unreadable_file_is_named(
    tmp_path: Path, lines: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "en", *lines)
    assert main([str(tmp_path)]) == 1
    assert says in capsys.readouterr().out


def test_wrong_usage_and_missing_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([])
    assert main([str(tmp_path / "none")]) == 1
    assert "no training files" in capsys.readouterr().out


def test_stray_bracket_and_unknown_kind_are_found(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "en",
        *("  - intent: greet", "    examples: |", "      - hello [there]", "      - hello [Bo](name)"),
    )
    found = list(findings(read_examples(tmp_path)))
    assert f"{file}:5: a bracket outside of an annotation such as [tea](category): 'hello [there]'" in found
    assert any(finding.startswith(f"{file}:6: no entity is called 'name'") for finding in found)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Thanks!", "ＴＨＡＮＫＳ", True),
        ("轉人工", "转人工", True),
        ("📦💔", "💰⬇️", False),
        ("💰⬇️？", "💰⬇", True),
        ("thanks 😊", "thanks", True),
        ("???", "!", False),
    ],
)
def test_two_lines_have_one_key_where_they_teach_the_same(one: str, other: str, same: bool) -> None:
    assert (key(one) == key(other)) is same


def test_a_tested_line_may_not_be_trained_on() -> None:
    test = Example("没问题", "affirm", "zh", Path("test.yml"), 7)
    trained = [example("沒問題！", "affirm", 3), example("sure", "affirm", 4)]
    assert [finding for finding in findings(trained, [test]) if "tested" in finding] == [
        "a.yml:3: '沒問題！' is tested in test.yml:7: train on another"
    ]


def test_nearly_the_same_line_in_another_intent_is_found() -> None:
    one = example("please tell me when the [tea](category) will be back in your shop", "product_availability", 1)
    other = example("Please tell me when the [mugs](category) will be back in your shops", "marketing_opt_in", 2)
    assert [finding for finding in findings([one, other]) if "keep one" in finding] == [
        f"a.yml:2: {other.text!r} is marketing_opt_in, and {one.text!r} in a.yml:1 is product_availability: keep one"
    ]


def test_latin_letters_are_a_way_to_write_chinese_and_han_is_none_to_write_english(tmp_path: Path) -> None:
    lines = ("  - intent: greet", "    examples: |", "      - tuikuan", "      - td td td")
    write(tmp_path, "zh", *lines)
    english = write(tmp_path, "en", *lines[:2], "      - 你好你好")
    assert [finding for finding in findings(read_examples(tmp_path)) if "folder" in finding] == [
        f"{english}:5: '你好你好' is zh, its folder is en"
    ]


def test_command_compares_with_the_test_sets_and_prints_coverage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ("  - intent: thank", "    examples: |", "      - thanks for the [tea](category)", "      - cheers")
    trained, test = tmp_path / "trained", tmp_path / "test"
    write(trained, "en", *lines)
    file = write(test, "en", *lines[:3])
    assert main([str(trained), str(test)]) == 1
    assert f"is tested in {file}:5" in capsys.readouterr().out
    assert main([str(trained), "--coverage"]) == 0
    said = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["thank", "2", "50%", "0", "0%"] in said
    assert ["category", "1", "0"] in said


def test_doubtful_is_only_what_a_model_is_sure_of_the_surest_first() -> None:
    taken = (("praise", 0.91), ("thank", 0.99), ("greet", 0.8), ("praise", 0.97))
    thanks = example("nice of you", "thank")
    *found, surest = [Guess(thanks, Heard(intent, True, (), sure, sure), 0.001) for intent, sure in taken]
    assert doubtful([*found, surest]) == [surest, found[0]]
