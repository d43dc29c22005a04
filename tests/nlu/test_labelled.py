from __future__ import annotations

from pathlib import Path

import pytest

from nlu.annotations import Span
from nlu.errors import TrainingDataError
from nlu.labelled import Labelled, read_labelled


def written(folder: Path, *rows: str, header: str = "text,intent,entities") -> Path:
    file = folder / "file.csv"
    file.write_text("\n".join((header, *rows)), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("entities", "named"),
    [
        ("", ()),
        ("{}", ()),
        ('"{""budget"": 200}"', (("budget", "200"),)),
        ('"{""order_id"": ""10233""}"', (("order_id", "10233"),)),
        (
            '"{""budget"": [100, 200], ""product"": ""tea""}"',
            (("budget", "100"), ("budget", "200"), ("product", "tea")),
        ),
    ],
)
def test_entities_are_an_object_of_values_or_lists(
    tmp_path: Path, entities: str, named: tuple[tuple[str, str], ...]
) -> None:
    assert read_labelled(written(tmp_path, f"hello,greet,{entities}")) == [Labelled("hello", "greet", named)]


def test_a_file_without_the_column_says_nothing_about_entities(tmp_path: Path) -> None:
    file = written(tmp_path, '"hello, you", greet ', header="text,intent")
    assert read_labelled(file) == [Labelled("hello, you", "greet", None)]


def test_byte_order_mark_and_line_breaks_in_a_text_are_read(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes('\ufefftext,intent\r\n"a\nb",greet\r\n'.encode())
    assert read_labelled(file) == [Labelled("a\nb", "greet", None)]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (("hello,greet,", "bye,,"), "file.csv:3: no intent for 'bye'"),
        (("bye",), "file.csv:2: no intent for 'bye'"),
        (("hello,greet,", "bye,goodbye,{"), "file.csv:3: entities are no JSON object ("),
        (("hello,greet,[]",), "file.csv:2: entities are a JSON object of name and value, not '[]'"),
        ((), "file.csv: no rows below the header"),
    ],
)
def test_a_malformed_row_is_named_by_file_and_line(tmp_path: Path, rows: tuple[str, ...], says: str) -> None:
    with pytest.raises(TrainingDataError) as raised:
        read_labelled(written(tmp_path, *rows))
    assert str(raised.value).startswith(f"{tmp_path}/{says}")


@pytest.mark.parametrize(("header", "column"), [("text,label", "intent"), ("utterance,intent", "text"), ("", "text")])
def test_a_missing_column_is_named(tmp_path: Path, header: str, column: str) -> None:
    with pytest.raises(TrainingDataError, match=rf"file\.csv:1: no column '{column}'"):
        read_labelled(written(tmp_path, "hello,greet", header=header))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'text,intent\n"\xe9",greet\n'])
def test_a_file_that_is_no_utf_8_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    with pytest.raises(TrainingDataError, match=r"file\.csv: cannot be read as CSV in UTF-8"):
        read_labelled(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"none\.csv: cannot be read"):
        read_labelled(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("text", "named", "spans"),
    [
        ("where is 10233", (("order_id", "10233"),), (Span("order_id", 9, 14),)),
        # Each at its first free place, whatever case, width or script it is written in.
        ("tea or Tea", (("category", "tea"), ("category", "tea")), (Span("category", 0, 3), Span("category", 7, 10))),
        ("２００元的綠茶", (("budget", "200"), ("category", "绿茶")), (Span("budget", 0, 3), Span("category", 5, 7))),
        ("a kettle", (("budget", "200"), ("product", "kettle")), (Span("product", 2, 8),)),
        ("a kettle", (("product", ""),), ()),
        ("a kettle", None, ()),
    ],
)
def test_spans_are_where_the_words_stand(
    text: str, named: tuple[tuple[str, str], ...] | None, spans: tuple[Span, ...]
) -> None:
    assert Labelled(text, "greet", named).spans() == spans
