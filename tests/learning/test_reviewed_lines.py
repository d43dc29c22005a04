from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from rapport.learning.reviewed_lines import lines_of, write_reviewed
from rapport.store.proposals import Proposal

OTHER = """\
version: "3.1"
nlu:
  - intent: order_status
    examples: |
      - 我的[包裹](product)到哪了
"""


def proposed(text: str, intent: str, language: str = "zh") -> Proposal:
    return Proposal(
        conversation_id="c", seq=1, language=language, text=text, heard="nlu_fallback", intent=intent,
        state="proposed", proposed_by="lin", at=datetime(2026, 3, 1, tzinfo=UTC),
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for language in ("zh", "en"):
        (tmp_path / language).mkdir()
    (tmp_path / "zh" / "orders.yml").write_text(OTHER, encoding="utf-8")
    return tmp_path


def test_lines_are_sorted_by_intent_and_text_in_the_folder_of_their_language(folder: Path) -> None:
    lines = [
        proposed("你们太慢了", "complaint"), proposed("查[AB12](order_id)", "order_status"),
        proposed("hurry up", "complaint", "en"), proposed("不高兴", "complaint"),
        proposed("要refund", "refund_status", "en"),
    ]  # fmt: skip
    outcome = write_reviewed(folder, lines)
    assert (list(outcome.written), outcome.refused) == (lines, ())
    assert outcome.files == (folder / "en" / "reviewed.yml", folder / "zh" / "reviewed.yml")
    written = (folder / "zh" / "reviewed.yml").read_text(encoding="utf-8")
    assert written == (
        'version: "3.1"\nnlu:\n'
        "  - intent: complaint\n    examples: |\n      - 不高兴\n      - 你们太慢了\n"
        "  - intent: order_status\n    examples: |\n      - 查[AB12](order_id)\n"
        "  - intent: refund_status\n    examples: |\n      - 要refund\n"
    )
    assert yaml.safe_load(written)["nlu"][1] == {"intent": "order_status", "examples": "- 查[AB12](order_id)\n"}


def test_a_second_run_changes_nothing_and_a_later_one_adds(folder: Path) -> None:
    write_reviewed(folder, [proposed("不高兴", "complaint")])
    before = (folder / "zh" / "reviewed.yml").read_text(encoding="utf-8")
    again = write_reviewed(folder, [proposed("不高兴！", "complaint")])
    assert (len(again.written), again.files) == (1, ())
    assert (folder / "zh" / "reviewed.yml").read_text(encoding="utf-8") == before
    write_reviewed(folder, [proposed("快点", "complaint")])
    assert [line.text for line in lines_of(folder) if line.intent == "complaint"] == ["不高兴", "快点"]


def test_a_line_of_another_intent_is_refused_with_its_place(folder: Path) -> None:
    outcome = write_reviewed(
        folder, [proposed("我的 包裹 到哪了？", "delivery_problem"), proposed("我的包裹到哪了", "order_status")]
    )
    place = f"{folder / 'zh' / 'orders.yml'}:5"
    assert [one.why for one in outcome.refused] == [f"stands in {place} as order_status: keep one"]
    assert (len(outcome.written), outcome.files) == (1, ())


def test_an_utterance_that_looks_like_the_file_is_an_utterance(folder: Path) -> None:
    write_reviewed(folder, [proposed("intent: thank", "complaint", "en"), proposed("- nlu:", "praise", "en")])
    found = [(line.text, line.intent) for line in lines_of(folder / "en")]
    assert found == [("intent: thank", "complaint"), ("- nlu:", "praise")]
    assert (
        yaml.safe_load((folder / "en" / "reviewed.yml").read_text(encoding="utf-8"))["nlu"][0]["intent"]
        == "complaint"
    )


def test_two_proposals_that_contradict_each_other(folder: Path) -> None:
    outcome = write_reviewed(folder, [proposed("快点", "complaint"), proposed("快點", "order_status")])
    assert [one.why for one in outcome.refused] == ["stands in this very list as complaint: keep one"]


def test_the_shipped_data_is_read_whole() -> None:
    lines = list(lines_of(Path("rasa/data/nlu")))
    assert len(lines) > 20_000
    assert len({line.intent for line in lines}) == 37
