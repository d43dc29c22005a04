"""Says which language a message is in, or that no single one can be told."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["zh", "en", "mixed"]

HAN = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_HAN = re.compile(f"[{HAN}]")
# Only whole words: the letters of an order number or an address say nothing about the language.
_LATIN_WORD = re.compile(r"(?<![\w@.\-])[a-zà-ÿ']{2,}(?![\w@\-]|\.\w)")
# "有没有 iPhone" is a Chinese sentence: a brand or a borrowed word weighs as much as one character of grammar.
_HAN_PER_LATIN_WORD = 2


def language_of(folded_text: str) -> Language:
    """zh or en; mixed where both are used in earnest, or where neither is (a bare number)."""
    han = len(_HAN.findall(folded_text))
    latin = len(_LATIN_WORD.findall(folded_text))
    if han and han >= latin * _HAN_PER_LATIN_WORD:
        return "zh"
    if latin and not han:
        return "en"
    return "mixed"
