"""Whatever a file holds, the readers give rows or say what is wrong: never another error, never half a row."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook  # type: ignore[import-untyped]

from rapport.intake.csv_table import Dialect
from rapport.intake.errors import FileError, IntakeError
from rapport.intake.rows import BadRow, Row
from rapport.intake.tables import open_table, table_of

MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
UTF_8 = Dialect()
HEADER = ("a", "b")


def read(file: Path, dialect: Dialect = UTF_8) -> list[Row | BadRow]:
    with open_table(file, dialect) as cells:
        return list(table_of(file, cells).rows)


def read_or_refuse(file: Path) -> list[Row | BadRow]:
    """No rows where the file is refused; any other error than ours fails the test."""
    try:
        return read(file)
    except IntakeError:
        return []


def written(folder: Path, content: bytes, *, name: str = "file.csv") -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


@MANY
@given(content=st.binary(max_size=400))
@pytest.mark.parametrize("name", ["file.csv", "file.xlsx", "file.parquet"])
def test_any_bytes_give_rows_or_our_error(tmp_path: Path, name: str, content: bytes) -> None:
    rows = read_or_refuse(written(tmp_path, content, name=name))
    assert all(isinstance(row, Row | BadRow) for row in rows)


@MANY
@given(content=st.text(alphabet='ab,"\n\r;= \x00é中', max_size=200))
def test_any_text_after_a_good_header_costs_rows_not_the_file(tmp_path: Path, content: str) -> None:
    rows = read(written(tmp_path, b"a,b\n" + content.encode()))
    assert all(len(row.cells) == 2 for row in rows if isinstance(row, Row))
    assert all(row.line >= 2 for row in rows)


@MANY
@given(values=st.lists(st.tuples(st.text(alphabet="xyz 中é,\"'\n", min_size=1), st.integers()), max_size=20))
def test_what_was_written_is_read_back(tmp_path: Path, values: Sequence[tuple[str, int]]) -> None:
    file = tmp_path / "file.csv"
    frame = pd.DataFrame(values, columns=list(HEADER))
    frame.to_csv(file, index=False, lineterminator="\n")
    assert [row.cells for row in read(file) if isinstance(row, Row)] == [
        (text, str(number)) for text, number in values
    ]


@MANY
@given(cut=st.integers(min_value=0, max_value=2000), flip=st.integers(min_value=0, max_value=255))
@pytest.mark.parametrize("ending", ["xlsx", "parquet"])
def test_a_damaged_file_gives_rows_or_our_error(tmp_path: Path, ending: str, cut: int, flip: int) -> None:
    good = tmp_path / f"good.{ending}"
    if not good.exists():
        frame = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})
        frame.to_excel(good, index=False) if ending == "xlsx" else frame.to_parquet(good)
    content = bytearray(good.read_bytes())
    content[cut % len(content)] ^= flip
    assert len(read_or_refuse(written(tmp_path, bytes(content), name=f"bad.{ending}"))) <= 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"1,2,3", "ragged_row"),
        (b"1", "ragged_row"),
        (b'"1,2', "malformed_csv"),
        (b'"1"x,2', "malformed_csv"),
        (b"\xff\xfe,2", "wrong_encoding"),
        (b"x\x00y,2", "control_character"),
        (b"=SUM(A1),2", "formula"),
        (b"+cmd|' /C calc'!A0,2", "formula"),
        (b"@SUM(A1),2", "formula"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason(tmp_path: Path, line: bytes, reason: str) -> None:
    rows = read(written(tmp_path, b"a,b\n1,2\n" + line + b"\n"))
    assert [row.reason if isinstance(row, BadRow) else row.line for row in rows] == [2, reason]
    assert rows[1].line == 3


def test_numbers_and_telephones_are_no_formulas(tmp_path: Path) -> None:
    rows = read(written(tmp_path, b"a,b\n-12.50,+86 (138) 0013-8000\n"))
    assert rows == [Row(2, ("-12.50", "+86 (138) 0013-8000"))]


def test_a_row_over_two_lines_is_told_by_its_first(tmp_path: Path) -> None:
    rows = read(written(tmp_path, b'a,b\n"x\ny",1\n2\n'))
    assert rows[0] == Row(2, ("x\ny", "1"))
    assert (rows[1].line, isinstance(rows[1], BadRow)) == (4, True)


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    file = written(tmp_path, "a,b\n马克杯,1\n".encode("gb18030"))
    assert read(file, Dialect("gb18030")) == [Row(2, ("马克杯", "1"))]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"a,a\n", ":1, column 'a': two columns have this name"),
        (b"a,,b\n", ":1: a column has no name"),
        (b"a;b\n", "separated by ';'"),
        ("a,b\n".encode("utf-16"), "UTF-16"),
        (b"\xff\xffa,b\n", "a column's name cannot be read"),
    ],
)
def test_a_bad_header_is_refused_with_file_and_line(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(FileError) as caught:
        read(written(tmp_path, content))
    assert str(tmp_path / "file.csv") in str(caught.value)
    assert message in str(caught.value)
    assert "Right would be: " in str(caught.value)


def sheet(folder: Path, *rows: Sequence[Any]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "file.xlsx")
    return folder / "file.xlsx"


def test_excel_gives_its_own_types(tmp_path: Path) -> None:
    at = datetime(2026, 2, 1, 10, tzinfo=UTC).replace(tzinfo=None)
    assert read(sheet(tmp_path, HEADER, (at, 1.5), (None, None), ("x", None))) == [
        Row(2, (at, 1.5)),
        Row(4, ("x", None)),
    ]


def test_a_formula_in_excel_is_refused(tmp_path: Path) -> None:
    (row,) = read(sheet(tmp_path, HEADER, ("=1+1", 2)))
    assert isinstance(row, BadRow)
    assert (row.line, row.reason) == (2, "formula")


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapport.intake.excel_table.MOST_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "file.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 100_000)
    with pytest.raises(FileError, match="unpacks to 100,000 bytes"):
        read(tmp_path / "file.xlsx")


def test_parquet_rows_are_numbered_from_one(tmp_path: Path) -> None:
    pd.DataFrame({"a": ["x", None], "b": [1, 2]}).to_parquet(tmp_path / "file.parquet")
    assert read(tmp_path / "file.parquet") == [Row(1, ("x", 1)), Row(2, (None, 2))]


def test_parquet_columns_of_lists_are_refused(tmp_path: Path) -> None:
    pd.DataFrame({"a": [[1]], "b": [1]}).to_parquet(tmp_path / "file.parquet")
    with pytest.raises(FileError, match="column 'a'"):
        read(tmp_path / "file.parquet")


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"ending in '\.pdf' are not read"):
        read(written(tmp_path, b"", name="file.pdf"))
