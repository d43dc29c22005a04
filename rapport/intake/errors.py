"""What can be wrong with what comes in, said with the place and what would be right.

IntakeError
├── MappingError    the mapping's YAML
├── FileError       the file as a whole: nothing of it was taken
└── StrictError     one row, in an import that stops at the first
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class IntakeError(Exception):
    """What came in cannot be taken."""


class MappingError(IntakeError):
    """A mapping is not what a mapping must be."""


class FileError(IntakeError):
    """A file cannot be read as a table of this kind; `line` is 0 where it is about the whole file."""

    def __init__(self, file: Path, reason: str, *, line: int = 0, column: str = "", right: str = "") -> None:
        self.file, self.reason, self.line, self.column, self.right = file, reason, line, column, right
        place = f"{file}:{line}" if line else str(file)
        where = f", column {column!r}" if column else ""
        super().__init__(f"{place}{where}: {reason}" + (f" Right would be: {right}" if right else ""))


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not taken: `reason` is one word to count by, `detail` says it of this row.

    `expected` marks rows the mapping itself rules out (postage, test products): they do not stop a strict import.
    """

    line: int
    column: str
    reason: str
    detail: str
    right: str = ""
    expected: bool = False

    def sentence(self) -> str:
        where = f", column {self.column!r}" if self.column else ""
        return f"line {self.line}{where}: {self.detail}" + (f" Right would be: {self.right}" if self.right else "")


class StrictError(IntakeError):
    """A strict import met a row it must refuse; nothing was written."""

    def __init__(self, file: Path, refusal: Refusal) -> None:
        self.file, self.refusal = file, refusal
        super().__init__(f"{file}: {refusal.sentence()} Nothing was imported (--strict).")


class RowError(Exception):
    """A cell that cannot be taken: raised by the parsers of `values`, caught where the line is known."""

    def __init__(self, reason: str, detail: str, right: str = "") -> None:
        self.reason, self.detail, self.right = reason, detail, right
        super().__init__(detail)
