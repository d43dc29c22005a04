from __future__ import annotations

from pathlib import Path

import pytest

from rapport.intake.errors import FileError
from rapport.intake.labelled import LabelledText, labelled_texts

GOOD = "text,label\n好,1\nbad,0\n"


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "file.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        "id,Label,Text\n7,1.0,好\n8, 0 ,bad\n",
        'text,label\n"好",1\n\n"bad",0\n',
    ],
)
def test_rows_of_a_good_file(tmp_path: Path, content: str) -> None:
    assert labelled_texts(written(tmp_path, content)) == [LabelledText("好", 1), LabelledText("bad", 0)]


def test_a_text_may_hold_commas_quotes_and_line_breaks_and_begin_with_anything(tmp_path: Path) -> None:
    rows = labelled_texts(written(tmp_path, 'text,label\n"=SUM(a), ""so""\nit is",1\n-(no),0\n'))
    assert [row.text for row in rows] == ['=SUM(a), "so"\nit is', "-(no)"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "file.csv:1: column 'text' is missing. Right would be: a header with the columns text, label."),
        ("text,mood\na,1\n", "file.csv:1: column 'label' is missing."),
        ("text,label,label\na,1,1\n", "file.csv:1: column 'label' stands there twice."),
        ("text,label\na,1\nb,2\n", "file.csv:3, column 'label': '2' is no label. Right would be: 0"),
        ("text,label\na,1\nb,\n", "file.csv:3, column 'label': '' is no label."),
        ("text,label\na,b,1\n", "file.csv:2: the row has 3 cells, the header 2."),
        ("text,label\na\n", "file.csv:2: the row has 1 cells, the header 2."),
        ("text,label\na,1\nb,1\n", "file.csv: no row has the label 0. Right would be: rows of both labels, 0 and 1."),
        ("text,label\n", "file.csv: no row has the label 0."),
        ("text;label\na;1\n", "file.csv:1: the columns seem to be separated by ';'."),
        (b"text,label\ncaf\xe9,1\n", "file.csv:2: the row is not UTF-8."),
        ('text,label\n"a"b,1\n', "file.csv:2: the line cannot be read:"),
        ("text,label\n".encode("utf-16"), "file.csv:1: the file is UTF-16."),
    ],
)
def test_a_bad_file_is_refused_with_line_and_reason(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(FileError) as refused:
        labelled_texts(written(tmp_path, content))
    assert str(refused.value).startswith(f"{tmp_path}/{message}")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no such file"):
        labelled_texts(tmp_path / "nothing.csv")
