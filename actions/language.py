"""The language to answer a message in: that of the message, wherever it can be told."""

from __future__ import annotations

import re

from rapport.settings import Language

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
# Only whole words: an order number or an address says nothing about the language.
LATIN_WORD = re.compile(r"(?<![\w@.\-/])[A-Za-z']{2,}(?![\w@\-]|\.\w)")


# A Chinese customer types "ok" without changing her language.
SAID_IN_BOTH = frozenset({"ok", "okay", "bye"})


def language_of(text: str, *, heard: str | None, otherwise: str) -> Language:
    """What the assistant heard, else what the letters say, else the conversation's own; a button says nothing."""
    own: Language = "en" if otherwise.startswith("en") else "zh"
    words = {word.casefold() for word in LATIN_WORD.findall(text)} - SAID_IN_BOTH
    if text.startswith("/") or not (HAN.search(text) or words):
        return own
    if heard in ("zh", "en"):
        return "en" if heard == "en" else "zh"
    return "zh" if HAN.search(text) else "en"
