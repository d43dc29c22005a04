"""Files of examples to learn from or to be measured on: every row, or the file refused with line and reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapport.intake.csv_table import Dialect, open_csv
from rapport.intake.errors import FileError
from rapport.intake.rows import BadRow, Cells

TEXT_AND_LABEL = ("text", "label")


@dataclass(frozen=True, slots=True)
class LabelledText:
    """`label` is 0 or 1."""

    text: str
    label: int


def labelled_texts(file: Path) -> list[LabelledText]:
    """The rows of a CSV `text,label`. Raises FileError, also where all labels are equal or there is no row."""
    rows = [
        LabelledText(row["text"], _label(file, line, row["label"])) for line, row in rows_of(file, TEXT_AND_LABEL)
    ]
    for label in (0, 1):
        if all(row.label != label for row in rows):
            raise FileError(file, f"no row has the label {label}.", right="rows of both labels, 0 and 1.")
    return rows


def rows_of(file: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, column → cell) of each row of a CSV with at least the columns needed. Raises FileError at the first row
    that cannot be read: a measurement on the rest would be one of another file."""
    if not file.is_file():
        raise FileError(file, "there is no such file.", right="the path of a file that is there.")
    with open_csv(file, Dialect()) as cells:
        names = _names(file, cells, needed)
        for row in cells.rows:
            if isinstance(row, BadRow):
                raise FileError(file, row.detail, line=row.line, column=row.column, right=row.right)
            yield row.line, dict(zip(names, _whole(file, row.line, row.cells, len(names)), strict=True))


def _names(file: Path, cells: Cells, needed: Sequence[str]) -> list[str]:
    names = [_plain(file, cells.header_line, name).strip().lower() for name in cells.header]
    wanted = f"a header with the columns {', '.join(needed)}."
    for name in needed:
        if names.count(name) != 1:
            what = f"column {name!r} is missing" if name not in names else f"column {name!r} stands there twice"
            raise FileError(file, f"{what}.", line=cells.header_line, right=wanted)
    return names


def _whole(file: Path, line: int, cells: Sequence[str], width: int) -> list[str]:
    if len(cells) != width:
        right = 'as many cells as the header has; text with commas or line breaks in quotes ("a, b").'
        raise FileError(file, f"the row has {len(cells)} cells, the header {width}.", line=line, right=right)
    return [_plain(file, line, cell) for cell in cells]


def _plain(file: Path, line: int, cell: str) -> str:
    try:
        cell.encode()
    except UnicodeEncodeError as error:
        raise FileError(file, "the row is not UTF-8.", line=line, right="the file saved as UTF-8.") from error
    return cell


def _label(file: Path, line: int, cell: str) -> int:
    label = {"0": 0, "1": 1, "0.0": 0, "1.0": 1}.get(cell.strip())
    if label is None:
        right = "0 (dissatisfied) or 1 (content)."
        raise FileError(file, f"{cell[:40]!r} is no label.", line=line, column="label", right=right)
    return label
