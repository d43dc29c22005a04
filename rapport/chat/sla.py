"""Whether an agent's answer is late, and from when on it is about to be."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from rapport.chat.terms import Terms
from rapport.store.conversations import Handoff

Sla = Literal["ok", "warning", "late"]
# Of the time there is, so much has passed when a warning comes.
WARNING = 0.8


def sla_of(handoff: Handoff | None, *, now: datetime, terms: Terms) -> Sla:
    """ok, warning or late; what is put off or answered is ok."""
    if handoff is None or handoff.due_at is None or handoff.snoozed_at is not None:
        return "ok"
    if now >= handoff.due_at:
        return "late"
    span = terms.first_response if handoff.answered_at is None else terms.next_response
    return "warning" if now >= handoff.due_at - span * (1 - WARNING) else "ok"
