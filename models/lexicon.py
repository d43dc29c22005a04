"""Words that are glad or sorry by themselves, in both languages, and where they stand among a text's tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from models.words import fold

FOLDER = Path(__file__).parent / "data" / "sentiment" / "lexicon"
LONGEST = 6
SHORTEST_STEM = 3


class Lexicon:
    """Entries are compared with tokens written without a blank between them, so that they begin and end with one:
    快 is not found in 快递. An entry with a star matches any ending; of several entries the longest counts."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._signs: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        for line in lines:
            if line.startswith(("+", "-")):
                self._add(line[0], line[1:].split(","))
        whole = (*self._signs, *self._stems)
        self._beginnings = frozenset(entry[:length] for entry in whole for length in range(1, len(entry) + 1))

    @classmethod
    def load(cls) -> Lexicon:
        """The one that comes with Rapport."""
        return cls([line for path in sorted(FOLDER.glob("*.txt")) for line in path.read_text("utf-8").splitlines()])

    def _add(self, sign: str, entries: Sequence[str]) -> None:
        for entry in entries:
            written = fold("".join(entry.split()))
            (self._stems if written.endswith("*") else self._signs)[written.rstrip("*")] = sign

    def find(self, tokens: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """(first token, the one after the last, + or -) of each entry, from left to right, without overlaps."""
        at = 0
        while at < len(tokens):
            end, sign = self._longest(tokens, at)
            if sign:
                yield at, end, sign
            at = end

    def _longest(self, tokens: Sequence[str], at: int) -> tuple[int, str]:
        written, best = "", (at + 1, "")
        for end in range(at + 1, min(at + LONGEST, len(tokens)) + 1):
            before = len(written)
            written += tokens[end - 1]
            sign = self._signs.get(written) or self._starred(written, before)
            best = (end, sign) if sign else best
            if written not in self._beginnings:
                break
        return best

    def _starred(self, written: str, before: int) -> str:
        lengths = range(len(written), max(before, SHORTEST_STEM - 1), -1)
        return next((self._stems[written[:length]] for length in lengths if written[:length] in self._stems), "")
