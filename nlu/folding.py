"""Text is folded to one form for reading, and every span leads back to what the customer wrote."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass

import opencc

# The blocks that hold Chinese characters of everyday use; each is looked up once per process.
_HAN_BLOCKS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00))


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
    """Plain width (NFKC), lower case, simplified characters, straight quotes; one by one, to keep the offsets."""
    if text.isascii():
        return Folded(text.lower(), tuple(range(len(text))))
    pieces = [_fold_character(character) for character in text]
    origins = tuple(index for index, piece in enumerate(pieces) for _ in piece)
    return Folded("".join(pieces), origins)


def is_emoji(character: str) -> bool:
    """A picture that says something by itself, such as 📦 or ❓; not what only modifies one."""
    return unicodedata.category(character) == "So"


@functools.lru_cache(maxsize=16384)
def _fold_character(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character).lower().replace("’", "'")
    return "".join(_simplified().get(one, one) for one in plain)


@functools.cache
def _simplified() -> dict[str, str]:
    """Traditional character → simplified, where the two differ. One by one: no phrase may change a length."""
    characters = [chr(code) for block in _HAN_BLOCKS for code in block]
    simple = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {before: after for before, after in zip(characters, simple, strict=False) if before != after}
