"""Which language a customer has just written in."""

from __future__ import annotations

import re

from rapport.settings import Language

CJK = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")
# Whole words only: the letters of an order number or of an address say nothing about the language.
LATIN_WORD = re.compile(r"(?<![\w@.\-])[a-z']{2,}(?![\w@\-])", re.IGNORECASE)
SAID_IN_BOTH = {"ok", "okay", "bye"}


def language_of(text: str, *, otherwise: Language) -> Language:
    """zh where a Chinese character stands, en where only English words do, else `otherwise`.

    A Chinese customer types "ok" without changing her language.
    """
    if CJK.search(text):
        return "zh"
    words = {word.casefold() for word in LATIN_WORD.findall(text)}
    return "en" if words - SAID_IN_BOTH else otherwise


def language_of_locale(locale: str | None, *, otherwise: Language) -> Language:
    """The shop's language nearest to a browser's locale: `zh-Hant-TW` → zh, `fr` → en, none → `otherwise`."""
    if not locale:
        return otherwise
    return "zh" if locale.casefold().startswith("zh") else "en"
