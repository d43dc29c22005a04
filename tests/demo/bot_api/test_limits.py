from __future__ import annotations

import math

from demo.bot_api.limits import Limits, Pace, busiest, closest, retry_after


def test_one_chat_gets_one_message_a_second() -> None:
    pace = Pace(Limits())
    assert [pace.take(1, at, group=False) for at in (10.0, 10.25, 10.75, 11.0)] == [0.0, 0.75, 0.25, 0.0]


def test_all_chats_together_get_thirty_in_any_second() -> None:
    pace = Pace(Limits())
    assert [pace.take(chat, 5.0, group=False) for chat in range(30)] == [0.0] * 30
    assert pace.take(99, 5.5, group=False) == 0.5
    assert pace.take(99, 6.0, group=False) == 0.0


def test_a_group_gets_twenty_in_any_minute() -> None:
    pace = Pace(Limits(chat_seconds=0))
    assert [pace.take(-1, float(at), group=True) for at in range(20)] == [0.0] * 20
    assert pace.take(-1, 20.0, group=True) == 40.0
    assert pace.take(-1, 60.0, group=True) == 0.0


def test_a_burst_is_allowed_when_it_is_asked_for() -> None:
    pace = Pace(Limits(chat_burst=3))
    assert [pace.take(1, at, group=False) for at in (0.0, 0.0, 0.0, 0.0, 3.0)] == [0.0, 0.0, 0.0, 3.0, 0.0]


def test_the_log_is_judged_by_its_fullest_window_and_its_nearest_pair() -> None:
    assert (busiest([0.0, 0.5, 0.75, 1.0, 1.6], 1.0), closest([3.0, 1.0, 1.5])) == (3, 0.5)
    assert (busiest([], 1.0), closest([1.0])) == (0, math.inf)


def test_a_wait_is_said_in_whole_seconds() -> None:
    assert [retry_after(wait) for wait in (0.01, 1.0, 2.3)] == [1, 1, 3]
