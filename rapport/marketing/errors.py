"""What can be wrong with what a marketer wrote.

MarketingError
└── RuleError    a rule or policy file that cannot be taken, with file and line
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class MarketingError(Exception):
    """The rules cannot do what was asked of them."""


class RuleError(MarketingError):
    """A file of rules says something that has no meaning. `line` counts from 1."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")
        self.file, self.line, self.problem = file, line, problem


def choices(wrong: object, right: Iterable[str]) -> str:
    """`did you mean "segment"?` where one is close, else what there is to choose from."""
    options = sorted(right)
    close = get_close_matches(str(wrong), options, n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else f"choose from {', '.join(options)}"
