"""Text is folded to one form for reading, and every span leads back to what the customer wrote."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `origins[i]` is the index in the original of the character that gave `text[i]`."""

    text: str
    origins: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the original, end exclusive. Refuses an empty span."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"span {start}:{end} is empty or outside of {len(self.text)} characters")
        return self.origins[start], self.origins[end - 1] + 1


def fold(text: str) -> Folded:
    """NFKC (full-width to plain, ligatures apart) and lower case, one character at a time to keep the offsets."""
    if text.isascii():
        return Folded(text.lower(), tuple(range(len(text))))
    pieces: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(text):
        piece = unicodedata.normalize("NFKC", character).lower()
        pieces.append(piece)
        origins.extend([index] * len(piece))
    return Folded("".join(pieces), tuple(origins))
