from __future__ import annotations

from pathlib import Path

import pytest

from nlu.examples import read_examples
from nlu.lint import findings, main


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
        f"{file}:5: greet has 0 utterances in en, 20 are needed",
        f"{file}:5: greet has 1 utterances in zh, 20 are needed",
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
    assert main([]) == 2
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
