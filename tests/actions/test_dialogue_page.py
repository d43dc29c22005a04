"""docs/dialogue.md says what the assistant does about every intent, and with which tickets."""

from __future__ import annotations

import re
from pathlib import Path

from rapport.marketing.vocabulary import INTENTS

PAGE = Path("docs/dialogue.md").read_text(encoding="utf-8")
CODE = "".join(path.read_text(encoding="utf-8") for path in Path("actions").glob("*.py"))


def test_every_intent_is_on_the_page() -> None:
    assert [intent for intent in INTENTS if f"`{intent}`" not in PAGE] == []


def test_every_ticket_is_on_the_page() -> None:
    changes = " ".join(row.split("|")[-2] for row in PAGE.splitlines() if row.startswith("| `"))
    kinds = set(re.findall(r'note\(session, turn, order, "(\w+)"', CODE)) | {
        "refund",
        "privacy",
        "return",
        "exchange",
    }
    assert {kind for kind in kinds if f"`{kind}`" not in changes} == set()
