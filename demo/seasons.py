"""When a shop is visited: the year's waves, the week's, and the hours of the visitor's own day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

DAY = 86_400
Seconds = NDArray[np.int64]

# (month, day, length in days, times as busy): the great sales, the quiet weeks of the lunar new year, Christmas.
WAVES = ((6, 8, 12, 1.7), (11, 1, 12, 2.1), (11, 26, 6, 1.5), (12, 8, 14, 1.35), (1, 25, 16, 0.6), (9, 10, 20, 1.12))
HOURS = np.array(
    [6, 3, 1, 1, 1, 1, 3, 8, 14, 20, 24, 24, 30, 26, 20, 20, 22, 22, 24, 32, 44, 48, 36, 16], dtype=float
)


@dataclass(frozen=True, slots=True)
class Seasons:
    """The shop's calendar from `start` to `until` (seconds since 1970).

    `busy` is the running sum of each day's weight, with a mean of 1 a day; `offsets` is zone × day → seconds east
    of Greenwich.
    """

    start: int
    until: int
    busy: NDArray[np.float64]
    offsets: Seconds

    def weight_between(self, begin: Seconds, end: Seconds) -> NDArray[np.float64]:
        """How many ordinary days' worth of visiting lies between two moments."""
        return np.maximum(0.0, self._busy_at(end) - self._busy_at(begin))

    def moments(self, begin: Seconds, end: Seconds, zone: Seconds, rng: np.random.Generator) -> Seconds:
        """A moment between `begin` and `end` for each pair: on a busy day rather, at a waking hour of its zone."""
        low, high = self._busy_at(begin), self._busy_at(end)
        drawn = low + rng.random(len(begin)) * (high - low)
        day = np.interp(drawn, self.busy, np.arange(len(self.busy))).astype(np.int64)
        day = np.clip(day, 0, self.offsets.shape[1] - 1)
        hour = rng.choice(24, size=len(begin), p=HOURS / HOURS.sum())
        local = self._midnight() + day * DAY + hour * 3600 + rng.integers(0, 3600, len(begin))
        at = local - self.offsets[zone, day]
        # What the hour of the day moved out of the span is put somewhere inside it.
        inside = begin + (rng.random(len(begin)) * np.maximum(1, end - begin)).astype(np.int64)
        return np.where((at < begin) | (at >= end), inside, at)

    def _busy_at(self, at: Seconds) -> NDArray[np.float64]:
        return np.interp((at - self._midnight()) / DAY, np.arange(len(self.busy)), self.busy)

    def _midnight(self) -> int:
        return self.start - self.start % DAY


def make_seasons(start: datetime, until: datetime, zones: list[str]) -> Seasons:
    """The calendar of a shop whose customers live in `zones`."""
    days = [start.astimezone(UTC).date() + timedelta(number) for number in range((until - start).days + 2)]
    weights = np.array([_weight(day) for day in days])
    busy = np.concatenate([[0.0], np.cumsum(weights / weights.mean())])
    offsets = np.array([[_offset(zone, day) for day in days] for zone in zones], dtype=np.int64)
    return Seasons(start=int(start.timestamp()), until=int(until.timestamp()), busy=busy, offsets=offsets)


def _weight(day: date) -> float:
    weight = 1.18 if day.weekday() >= 5 else 1.0
    for month, first, length, times in WAVES:
        began = date(day.year, month, first)
        if began <= day < began + timedelta(length):
            weight *= times
    return weight


def _offset(zone: str, day: date) -> int:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone))
    offset = noon.utcoffset()
    return int(offset.total_seconds()) if offset else 0
