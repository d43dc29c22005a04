"""The account of an import: rows taken, merged and refused add up to the rows read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapport.intake.errors import Refusal, StrictError
from rapport.intake.staging import Staging

EXAMPLES = 3


@dataclass(slots=True)
class Report:
    """Counted while an import runs.

    `merged` rows were folded into another: a repetition within the file, or (`already_here`) of what the database
    had. `created` counts new rows by their noun, `updated` changed ones.
    """

    file: Path
    mapping: str
    strict: bool
    refused_rows: Staging
    rows: int = 0
    taken: int = 0
    merged: int = 0
    already_here: int = 0
    refused: int = 0
    created: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    examples: defaultdict[str, list[Refusal]] = field(default_factory=lambda: defaultdict(list))

    def take(self, lines: int, *, merged: int = 0) -> None:
        self.taken += lines
        self.merged += merged

    def know(self, lines: int) -> None:
        """These rows say what the database says already."""
        self.merged += lines
        self.already_here += lines

    def refuse(self, refusal: Refusal) -> None:
        """Counts a refusal. Raises StrictError in a strict import, unless the mapping expected the row."""
        if self.strict and not refusal.expected:
            raise StrictError(self.file, refusal)
        self.refused += 1
        self.reasons[refusal.reason] += 1
        if len(self.examples[refusal.reason]) < EXAMPLES:
            self.examples[refusal.reason].append(refusal)
        self.refused_rows.refuse(refusal)

    def refuse_all(self, lines: Iterable[int], *, column: str, reason: str, detail: str, right: str = "") -> None:
        """The same refusal for each of these lines."""
        for line in lines:
            self.refuse(Refusal(line, column, reason, detail, right))

    def as_json(self) -> dict[str, Any]:
        """The whole account, with every refusal."""
        keys = ("line", "column", "reason", "detail", "right")
        refusals = self.refused_rows.refusals()
        return {
            "file": str(self.file),
            "mapping": self.mapping,
            "rows": self.rows,
            "taken": self.taken,
            "merged": self.merged,
            "already_here": self.already_here,
            "refused": self.refused,
            "reasons": dict(self.reasons.most_common()),
            "created": dict(self.created),
            "updated": dict(self.updated),
            "refusals": [{key: getattr(refusal, key) for key in keys} for refusal in refusals],
        }
