"""When people answer: the shop's hours, and when it opens next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ALWAYS = ((time(0), time(0)),)
# A shop that opens on no day within a year opens never.
LONGEST = 366


@dataclass(frozen=True, slots=True)
class Hours:
    """`week` is seven days from Monday on, each with its spans from and to (0:00 as an end is midnight).

    Without one, people always answer. `closed` are days off; `zone` is what the time zone is called, by language.
    """

    week: tuple[tuple[tuple[time, time], ...], ...] = (ALWAYS,) * 7
    time_zone: str = "UTC"
    zone: Mapping[str, str] = field(default_factory=dict)
    closed: frozenset[date] = frozenset()

    def is_open(self, now: datetime) -> bool:
        """True while people answer."""
        local = now.astimezone(ZoneInfo(self.time_zone))
        clock = local.time()
        return any(start <= clock and (clock < end or end == time(0)) for start, end in self._spans(local.date()))

    def opens_at(self, now: datetime) -> datetime | None:
        """When people answer again, in the shop's time zone; now while they do, None if they never will."""
        local = now.astimezone(ZoneInfo(self.time_zone))
        if self.is_open(now):
            return local
        for day in range(LONGEST):
            on = local.date() + timedelta(days=day)
            starts = [datetime.combine(on, start, local.tzinfo) for start, _ in self._spans(on)]
            later = [start for start in sorted(starts) if start > local]
            if later:
                return later[0]
        return None

    def _spans(self, on: date) -> tuple[tuple[time, time], ...]:
        return () if on in self.closed else self.week[on.weekday()]
