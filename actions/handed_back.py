"""What a person left when she handed the conversation back: facts she picked, taken up with the next message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.turn import Said
from rapport.store.conversations import Conversation

HANDED_BACK = "handed_back"
# What was open before she came is over, one way or another.
OVER = ("asked_for", "misunderstood")
Slots = Mapping[str, str | None]


def take_up(conversation: Conversation) -> Slots:
    """The slots as she left them, once: the conversation no longer has them after that. Empty otherwise."""
    kept = conversation.context
    if not isinstance(kept, dict) or HANDED_BACK not in kept:
        return {}
    conversation.context = {name: value for name, value in kept.items() if name != HANDED_BACK}
    return {**dict.fromkeys(OVER), **_order(kept[HANDED_BACK])}


def said_after(said: Said, slots: Slots) -> Said:
    """What was said, with these slots instead of the tracker's."""
    known = {**said.slots, **slots}
    return replace(said, slots={name: value for name, value in known.items() if value is not None})


def _order(summary: Any) -> Slots:
    number = (summary.get("order_id") or summary.get("ticket_order")) if isinstance(summary, dict) else None
    return {"order_id": str(number)} if number else {}
