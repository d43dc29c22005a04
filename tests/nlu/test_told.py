"""Stories are judged by the share of conversations that went as told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlu.told import main


@pytest.mark.parametrize(("correct", "code"), [(18, 0), (17, 1)])
def test_one_conversation_in_ten_may_go_another_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], correct: int, code: int
) -> None:
    report = {"conversation_accuracy": {"correct": correct, "total": 20}}
    (tmp_path / "story_report.json").write_text(json.dumps(report), encoding="utf-8")
    (tmp_path / "failed_test_stories.yml").write_text("- story: the one that failed\n", encoding="utf-8")
    assert main([str(tmp_path)]) == code
    said = capsys.readouterr().out
    assert "the one that failed" in said
    assert f"{correct} of 20 conversations" in said


def test_without_a_report_nothing_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 1
    assert "make stories" in capsys.readouterr().err
