"""What an ability has asked and already knows, as the slot `asked_for` carries it from message to message."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import parse_qsl, urlencode

# Her own words go into a ticket; a slot is posted with every call.
LONGEST_SAID = 300
# Steps that every ability about orders has.
WHOSE, WHICH = "", "order"
TEXTS = ("wish", "step", "order", "item", "said", "offered")
COUNTS = ("passed", "tries")


@dataclass(frozen=True, slots=True)
class Question:
    """`wish`: the intent it is about; `step`: what is asked ("" for whose order it is); `order`: its number.

    `item`: what of the order is meant, SKUs with commas; `said`: her words when she began; `passed`: how many other
    messages have come since it was asked; `tries`: how many answers to it were wrong;
    `offered`: why a person was offered after it, where the last answer did.
    """

    ability: str
    wish: str = ""
    step: str = ""
    order: str = ""
    item: str = ""
    said: str = ""
    passed: int = 0
    tries: int = 0
    offered: str = ""

    @property
    def identifies(self) -> bool:
        """True while it is about which order, and whose."""
        return self.step in (WHOSE, WHICH)

    def slot(self) -> str:
        """`returns:wish=return_request&order=HM-1001`, as `read_question` takes it."""
        known = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "ability"}
        known["said"] = self.said[:LONGEST_SAID]
        return f"{self.ability}:{urlencode({name: value for name, value in known.items() if value})}"


def read_question(slot: str) -> Question:
    """The question of a slot; what is no part of one (`marketing_opt_in:offers`) is its ability's own business."""
    ability, _, about = slot.partition(":")
    known: dict[str, Any] = dict(parse_qsl(about))
    texts = {name: known[name] for name in TEXTS if name in known}
    counts: dict[str, Any] = {name: int(known[name]) for name in COUNTS if known.get(name, "").isdecimal()}
    return Question(ability, **texts, **counts)
