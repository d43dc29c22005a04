from __future__ import annotations

from datetime import UTC, datetime

from rapport.web.pages import there


def test_a_time_is_told_as_the_clocks_there_tell_it() -> None:
    assert there(datetime(2026, 3, 1, 16, 30, 5, tzinfo=UTC), "Asia/Shanghai") == "2026-03-02 00:30:05"
