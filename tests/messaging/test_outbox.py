"""The pauses between attempts."""

from __future__ import annotations

from datetime import timedelta

from rapport.messaging.outbox import pause_after


def test_pauses_grow_and_stop_growing() -> None:
    minutes = [pause_after(attempt) / timedelta(minutes=1) for attempt in range(1, 8)]
    assert minutes == [1, 4, 16, 64, 256, 360, 360]
