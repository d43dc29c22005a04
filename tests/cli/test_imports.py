"""`rapport import` says what it did, in words and in JSON, and refuses with a sentence."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rapport.cli.imports import app
from rapport.cli.output import console

HEADER = "number,placed_at,sku,quantity,unit_price\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAPPORT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/rapport.db")
    monkeypatch.setattr(console, "width", 200)
    return tmp_path


def orders(folder: Path, rows: str) -> str:
    file = folder / "orders.csv"
    file.write_text(HEADER + rows, encoding="utf-8")
    return str(file)


def test_json_holds_the_whole_account(folder: Path) -> None:
    file = orders(folder, "1,2026-01-01,A,1,2\n2,soon,A,1,2\n")
    result = CliRunner().invoke(app, ["orders", file, "--json"])
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert {name: report[name] for name in ("rows", "taken", "merged", "refused", "reasons")} == {
        "rows": 2,
        "taken": 1,
        "merged": 0,
        "refused": 1,
        "reasons": {"wrong_date": 1},
    }
    assert report["refusals"] == [
        {
            "line": 3,
            "column": "placed_at",
            "reason": "wrong_date",
            "detail": "'soon' is not a date.",
            "right": "a date such as 2026-03-01T17:05:00.",
        }
    ]


def test_the_table_names_line_column_and_what_would_be_right(folder: Path) -> None:
    result = CliRunner().invoke(app, ["orders", orders(folder, "2,soon,A,1,2\n")])
    assert "line 2, column 'placed_at': 'soon' is not a date. Right would be:" in " ".join(result.output.split())


def test_refused_rows_are_written_where_asked_and_run_nothing(folder: Path) -> None:
    target = folder / "refused.csv"
    CliRunner().invoke(app, ["orders", orders(folder, "1,2026-01-01,=A1,1,2\n"), "--refused", str(target)])
    with target.open(encoding="utf-8", newline="") as text:
        rows = list(csv.reader(text))
    assert rows == [
        ["line", "column", "reason", "detail", "right"],
        ["2", "sku", "formula", "'=A1' is a formula.", "the value it stands for."],
    ]


@pytest.mark.parametrize(
    ("arguments", "rows", "code", "message"),
    [
        (["--strict"], "1,2026-01-01,A,0,2\n", 1, "Nothing was imported (--strict)."),
        (["--mapping", "nowhere.yml"], "", 2, "there is no such mapping"),
        (["--mapping", "online_retail"], "", 1, "column 'Invoice': the column is missing"),
        (["--mapping", "customers"], "", 1, "this is a mapping for customers"),
    ],
)
def test_what_cannot_be_imported_is_said_and_coded(
    folder: Path, arguments: list[str], rows: str, code: int, message: str
) -> None:
    result = CliRunner().invoke(app, ["orders", orders(folder, rows), *arguments])
    assert (result.exit_code, message in " ".join(result.output.split())) == (code, True)


def test_a_missing_file_is_wrong_usage(folder: Path) -> None:
    result = CliRunner().invoke(app, ["orders", str(folder / "none.csv")])
    assert (result.exit_code, "there is no such file" in result.output) == (2, True)
