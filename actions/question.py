"""What an ability has asked and already knows, as the slot `asked_for` carries it from message to message."""

from __future__ import annotations

from dataclasses import dataclass, fields
from urllib.parse import parse_qsl, urlencode

# Her own words go into a ticket; a slot is posted with every call.
LONGEST_SAID = 300


@dataclass(frozen=True, slots=True)
class Question:
    """`wish`: the intent it is about; `step`: what is asked ("" for whose order it is); `order`: its number.

    `item`: what of the order is meant, SKUs with commas; `said`: her words when she began; `passed`: how many other
    messages have come since it was asked.
    """

    ability: str
    wish: str = ""
    step: str = ""
    order: str = ""
    item: str = ""
    said: str = ""
    passed: int = 0

    def slot(self) -> str:
        """`returns:wish=return_request&order=HM-1001`, as `read_question` takes it."""
        known = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "ability"}
        known["said"] = self.said[:LONGEST_SAID]
        return f"{self.ability}:{urlencode({name: value for name, value in known.items() if value})}"


def read_question(slot: str) -> Question:
    """The question of a slot; what is no part of one (`marketing_opt_in:offers`) is its ability's own business."""
    ability, _, about = slot.partition(":")
    known = dict(parse_qsl(about))
    passed = known.pop("passed", "0")
    texts = {name: text for name, text in known.items() if name in ("wish", "step", "order", "item", "said")}
    return Question(ability, passed=int(passed) if passed.isdecimal() else 0, **texts)
