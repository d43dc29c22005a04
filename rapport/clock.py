"""What time it is: asked once at the door, passed as an argument everywhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


def clock_ahead(ahead: timedelta) -> Clock:
    """A clock that runs `ahead` of the real one: how a demo or a rehearsal lets days pass."""
    return lambda: utc_now() + ahead
