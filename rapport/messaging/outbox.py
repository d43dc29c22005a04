"""The delivery contract: what becomes of an attempt, for every outcome and for either kind of message."""

from __future__ import annotations

from datetime import datetime, timedelta

from rapport.messaging.outcome import Outcome
from rapport.store.deliveries import Claim, Ending

MOST_ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
RELAY_AWAY = timedelta(seconds=30)


def ending_of(claim: Claim, outcome: Outcome, *, transactional: bool, now: datetime) -> Ending:
    """What to record of an attempt that came to this outcome."""
    said = f"{outcome.code} {outcome.text}" if outcome.code else outcome.text
    match outcome.kind:
        case "sent":
            return Ending(claim, "sent", code=outcome.code)
        case "not_tried":
            return Ending(claim, "due", said, outcome.code, now + (outcome.again_after or RELAY_AWAY))
        case "refused_for_now":
            return _again(claim, said, outcome.code, now=now) or Ending(
                claim, "failed", f"gave up after {claim.attempt} attempts: {said}", outcome.code
            )
        case "unknown" if transactional:
            # Twice with one Message-ID is better than never. Marketing is the other way round.
            return _again(claim, said, None, now=now) or Ending(claim, "unknown", said)
        case "unknown":
            return Ending(claim, "unknown", said)
        case "refused":
            why = "bounced" if outcome.dead_address else "refused"
            return Ending(claim, "failed", f"{why}: {said}", outcome.code)


def pause_after(attempt: int) -> timedelta:
    """How long to wait after this many attempts: 1 minute, then four times as long each time, at most 6 hours."""
    pause: timedelta = FIRST_PAUSE * 4 ** (attempt - 1)
    return min(pause, LONGEST_PAUSE)


def _again(claim: Claim, reason: str, code: int | None, *, now: datetime) -> Ending | None:
    if claim.attempt >= MOST_ATTEMPTS:
        return None
    return Ending(claim, "retried", reason, code, now + pause_after(claim.attempt))
