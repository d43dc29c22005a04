"""How many messages Telegram takes: overall, in one chat, in one group. And what a log says about it afterwards."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages per second overall; seconds between two in one chat, and how many may come at once after a rest;
    messages a minute in one group. The real server is more lenient than its documentation; this one is not."""

    per_second: int = 30
    chat_seconds: float = 1.0
    chat_burst: int = 1
    group_minute: int = 20


@dataclass(frozen=True, slots=True)
class _Window:
    most: int
    seconds: float


class Pace:
    """Counts what was taken, in windows that slide. A refused message counts nowhere."""

    def __init__(self, limits: Limits) -> None:
        self._all = _Window(limits.per_second, 1.0)
        self._chat = _Window(limits.chat_burst, limits.chat_seconds * limits.chat_burst)
        self._group = _Window(limits.group_minute, 60.0)
        self._overall: deque[float] = deque()
        self._chats: defaultdict[int, deque[float]] = defaultdict(deque)

    def take(self, chat: int, now: float, *, group: bool, count: int = 1) -> float:
        """0 when the messages are taken, else the seconds after which they would be."""
        own = self._chats[chat]
        windows = [(self._overall, self._all), (own, self._chat)]
        if group:
            windows.append((own, self._group))
        keep = max(window.seconds for _, window in windows)
        wait = max(_wait(taken, window, now) for taken, window in windows)
        if wait > 0:
            return wait
        for taken in (self._overall, own):
            taken.extend([now] * count)
            while taken and taken[0] <= now - keep:
                taken.popleft()
        return 0.0

    def free(self) -> None:
        """Forgets what was taken: for what is tested beside the limits."""
        self._overall.clear()
        self._chats.clear()


def _wait(taken: deque[float], window: _Window, now: float) -> float:
    """Seconds until one more fits."""
    if not window.most or not window.seconds:
        return 0.0
    inside = [at for at in taken if at > now - window.seconds]
    return inside[-window.most] + window.seconds - now if len(inside) >= window.most else 0.0


def retry_after(wait: float) -> int:
    """Whole seconds, as the real server says them."""
    return max(1, math.ceil(wait))


def busiest(times: Sequence[float], seconds: float) -> int:
    """The most moments that lie in any half-open window of this length."""
    ordered = sorted(times)
    return max((number + 1 - bisect_right(ordered, at - seconds) for number, at in enumerate(ordered)), default=0)


def closest(times: Sequence[float]) -> float:
    """Seconds between the two nearest moments; infinite for fewer than two."""
    ordered = sorted(times)
    return min((later - earlier for earlier, later in pairwise(ordered)), default=math.inf)
