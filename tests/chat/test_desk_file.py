"""`desk.yml`: what a shop may write in it, and what it is told when it is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from rapport.chat.desk_file import TermsInForce, read_desk, read_terms
from rapport.marketing.errors import RuleError
from rapport.marketing.policy_reader import read_policies
from rapport.settings import Settings

SHIPPED = Path("rules/desk.yml")


def test_days_and_spans_are_read(tmp_path: Path) -> None:
    path = tmp_path / "desk.yml"
    path.write_text(
        "hours:\n  time_zone: Asia/Shanghai\n"
        "  week:\n    mon-fri: ['09:00-12:00', '13:00-21:00']\n    sun: 10:00-0:00\n"
        "  closed: [2026-10-01]\nskills: {delivery_problem: returns}\n",
        encoding="utf-8",
    )
    hours, skills = read_desk(path)
    assert [len(day) for day in hours.week] == [2, 2, 2, 2, 2, 0, 1]
    assert (hours.week[6], hours.closed) == (((time(10), time(0)),), frozenset({date(2026, 10, 1)}))
    assert skills == {"delivery_problem": "returns"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hours:\n  weeks: {}\n", '"weeks" has no meaning in hours'),
        ("hours:\n  week:\n    mon: nine\n", 'desk.yml:3: "nine" is no span of time'),
        ("hours:\n  week: {funday: 9:00-10:00}\n", '"funday" is no day'),
        ("hours:\n  time_zone: Mars/Base\n", '"Mars/Base" is no time zone'),
        ("hours:\n  closed: [soon]\n", "closed takes a list of days"),
        ("skills: [a]\n", "skills takes a mapping"),
        ("- a\n", "the file takes a mapping"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "desk.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as refused:
        read_desk(path)
    assert problem in str(refused.value)


def test_the_hours_the_assistant_tells_are_those_of_the_desk() -> None:
    hours, _ = read_desk(SHIPPED)
    ((start, end),) = {spans[0] for spans in hours.week}
    told = f"{start.hour}:{start:%M}–{end.hour}:{end:%M}"
    policies = read_policies(Path("rules/policies.yml"), Settings(_env_file=None).promised)
    for texts in (policies.answers["contact_info"].texts, policies.topics["opening_hours"].texts):
        assert (told in texts["zh"], f"{start.hour}:{start:%M} to {end.hour}:{end:%M}" in texts["en"]) == (True, True)


def test_a_mistake_keeps_nobody_from_serving(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "desk.yml").write_text("hours: nine to five\n", encoding="utf-8")
    terms = TermsInForce(Settings(_env_file=None, rules_dir=tmp_path))()
    assert (terms.hours.is_open(datetime(2026, 3, 1, 3, tzinfo=UTC)), "desk.yml" in caplog.text) == (True, True)


def test_an_edit_is_taken_up_whole_or_not_at_all(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path, night = tmp_path / "desk.yml", datetime(2026, 3, 1, 3, tzinfo=UTC)
    path.write_text("hours:\n  week: {mon-sun: 09:00-21:00}\nskills: {angry: seniors}\n", encoding="utf-8")
    terms = TermsInForce(Settings(_env_file=None, rules_dir=tmp_path))
    assert (terms().hours.is_open(night), terms().skills) == (False, {"angry": "seniors"})
    path.write_text("hours:\n  week: {mon-sun: 00:00-0:00}\nskills: [angry]\n", encoding="utf-8")
    # Its hours are fine, and still not taken.
    for _ in range(2):
        assert (terms().hours.is_open(night), terms().skills) == (False, {"angry": "seniors"})
    assert [record.getMessage() for record in caplog.records] == [
        "desk.yml:3: skills takes a mapping of reasons to skills; what stood there before stays in force"
    ]
    path.write_text("hours:\n  week: {mon-sun: 00:00-0:00}\n", encoding="utf-8")
    assert (terms().hours.is_open(night), terms().skills) == (True, {})


def test_without_a_file_people_always_answer(tmp_path: Path) -> None:
    terms = read_terms(Settings(_env_file=None, rules_dir=tmp_path, accept_seconds=30))
    assert (len(terms.hours.week), terms.accept.total_seconds()) == (7, 30)
