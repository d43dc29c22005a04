from __future__ import annotations

import re
from pathlib import Path

from rapport.web.staff.audit_words import DID

NOTED = re.compile(r'(?:\bnote|_done|add_audit_entry)\(\s*session,[^"()]*"([a-z_]+)"(?: if \w+ else "([a-z_]+)")?')
# Chosen by `rapport/learning/review.py` before it notes them.
OF_REVIEW = {"proposed_utterance", "dismissed_turn"}


def test_whatever_the_audit_says_was_done_has_words_in_both_languages() -> None:
    sources = (Path(__file__).parents[2] / "rapport").rglob("*.py")
    found = [pair for path in sources for pair in NOTED.findall(path.read_text(encoding="utf-8"))]
    actions = {action for pair in found for action in pair if action} | OF_REVIEW
    assert {language: set(words) for language, words in DID.items()} == {"zh": actions, "en": actions}
