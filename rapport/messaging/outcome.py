"""What came of one attempt to hand a mail to a relay, and what the relay's answer means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Kind = Literal["sent", "refused_for_now", "refused", "unknown", "not_tried"]
ENHANCED = re.compile(r"\b[245]\.(\d{1,3})\.(\d{1,3})\b")
NOBODY_THERE = re.compile(
    r"(user|mailbox|recipient|account|address)\b.{0,40}\b(unknown|not found|unavailable|invalid|disabled|rejected)"
    r"|(no such|unknown|invalid) (user|mailbox|recipient|account|address)|does(n't| not) exist",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`not_tried`: the relay could not be reached or would not hear us; nothing was asked of it for this mail.
    `unknown`: the line broke after the mail had begun to leave; it may have arrived or not (RFC 1047).
    `again_after`: so long the other side asked us to wait, or our own pace for this address does.
    """

    kind: Kind
    code: int | None = None
    text: str = ""
    dead_address: bool = False
    again_after: timedelta | None = None


def refusal(code: int, text: str, *, of_recipient: bool) -> Outcome:
    """The outcome of an answer that is not a yes: 4xx is for now, 5xx for good (RFC 5321, 4.2.1)."""
    if code < 500:
        return Outcome("refused_for_now", code, text)
    return Outcome("refused", code, text, dead_address=of_recipient and is_dead_address(code, text))


def is_dead_address(code: int, text: str) -> bool:
    """Whether nobody lives there: RFC 3463 says so with 5.1.x, older relays only in words."""
    status = ENHANCED.search(text)
    if status:
        return status.group(1) == "1" or (status.group(1), status.group(2)) == ("2", "1")
    return code in (550, 551, 553) and NOBODY_THERE.search(text) is not None
